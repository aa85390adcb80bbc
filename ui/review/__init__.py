"""The review: a technician walks through the errors, judges and corrects them, and finds what was missed.

    rows, error_table, error_list      what the list shows
    verdicts, history, store           what is decided, undone, and committed at once
    digitising                         what QGIS's own tools do, completed on its way into the file
    deductions                         severity, penalty and score, which follow
    navigation, map_filter, heat_map   what the map shows
    grid_walk, block_bar               the blocks, worst first, and which have been seen
    keys, key_help, filter_bar, verdict_bar, page

The file is the truth. Nothing waits in an edit buffer between two actions, so that a crash loses nothing and somebody
else can take over; every action first looks whether the rows are still as they were shown.
"""
