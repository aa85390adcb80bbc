"""The review: a technician walks through the errors, decides on them, corrects them, and adds what was missed.

    error_rows, error_table, error_list   what the list shows
    reading, file_check                   how it is read, in portions, and again after others
    decisions, history, store             what is decided, undone, and committed at once
    selected_errors                       what is done with the errors that are selected
    edit_tools                            all tools that draw and edit, of which one is on:
        digitising                            QGIS's own, whose edits are completed on their way into the file
        outlining, outline_tool               an error outlined by clicks
        following, follow_tool                a missed seam from click to click
        seam_moving                           the line of a seam, with which its error moves
    seam_decisions, seam_lines            a seam's line and its error as one action
    deductions                            severity, penalty and score, which follow
    map_choice, map_selection, tool       errors chosen and selected on the map
    current_error, navigation, unpainted  the current error on the map
    map_view, map_filter, heat_map        what else the map shows
    evidence_view, side_view, side_view_switch     what can be looked at beside
    block_grid, block_bar                 the blocks, worst first, and which have been seen
    keys, key_help, error_menu            commands by key and by menu
    panel                                 the widgets, and what they show: filter_bar, decision_bar, seam_panel,
                                          profile_plot, status_lines, clean_image
    page                                  what each command does, and who hears whom

The file is the truth. Nothing waits in an edit buffer between two actions, so that a crash loses nothing and somebody
else can take over; every action first checks that the rows are still as they were shown.
"""
