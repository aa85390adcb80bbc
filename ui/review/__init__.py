"""The review: a technician walks through the errors, decides on them, corrects them, and adds what was missed.

    error_rows, error_table, error_list   what the list shows
    reading                               how it is read, in portions
    decisions, history, store             what is decided, undone, and committed at once
    digitising                            edits by QGIS's own tools, completed on their way into the file
    deductions                            severity, penalty and score, which follow
    navigation, map_view, map_filter, heat_map     what the map shows
    block_grid, block_bar                 the blocks, worst first, and which have been seen
    keys, key_help, filter_bar, decision_bar, status_lines, page

The file is the truth. Nothing waits in an edit buffer between two actions, so that a crash loses nothing and somebody
else can take over; every action first checks that the rows are still as they were shown.
"""
