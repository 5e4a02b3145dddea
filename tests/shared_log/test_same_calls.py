"""The tests of the calls and of the log in a file, run over a shared log: what may follow is decided by one code.

Left out are those that look into the file itself, or read with the read tables, which a shared log does not have.
"""

# ruff: noqa: F401 - pytest runs what is imported, with the fixtures `path` and `timeline` of this folder
from test_ambiguous import (
    test_a_correction_of_citations_is_safe_to_repeat_whatever_came_later,
    test_a_known_place_accepts_new_surroundings,
    test_an_ambiguous_quotation_does_not_take_the_place_of_other_words,
)
from test_archiving import (
    test_another_decoding_is_another_text,
    test_another_media_type_is_another_statement,
    test_exported_fields_belong_together,
)
from test_calls import (
    test_a_misspelt_keyword_names_the_nearest_right_one,
    test_a_single_fault_keeps_its_class,
    test_a_source_is_published_on_a_day,
    test_all_faults_of_a_call_are_reported_at_once,
    test_all_missing_fields_are_reported_at_once,
    test_an_impossible_date_is_refused_with_the_next_step,
    test_missing_fields_are_reported_beside_a_bad_id,
)
from test_cited_parts import (
    test_a_quotation_without_a_part_has_the_same_bytes_as_before,
    test_a_region_of_a_scan_with_pages_needs_its_page,
)
from test_custody import (
    test_a_fault_names_its_field,
    test_a_source_without_it_has_no_such_fields,
    test_moments_of_python_keep_their_offset,
)
from test_images import (
    test_a_picture_with_a_text_is_refused,
    test_other_bytes_are_no_picture,
    test_the_first_bytes_are_enough,
)
from test_log import (
    test_data_is_hashed_with_its_salt_over_the_stored_bytes,
    test_events_are_gapless_and_named_by_stream_and_version,
    test_events_are_read_from_the_first_one_on,
    test_events_have_a_time_and_an_author,
    test_streams_looked_up_together_are_found_once_appended,
)
from test_redaction import (
    test_a_redacted_correction_does_not_come_back,
    test_an_unfinished_redaction_reports_that_the_data_is_gone,
    test_invalid_redactions_are_refused,
    test_it_is_safe_to_repeat,
)
from test_reviews import (
    test_a_review_needs_a_name,
)
from test_size_limits import (
    test_a_line_that_holds_too_much_is_told_in_short,
    test_a_number_for_an_id_is_found_in_few_steps,
    test_a_text_may_hold_as_many_commas_as_it_likes,
    test_entries_that_were_redacted_are_counted_beyond_a_hundred,
    test_misses_beyond_those_that_are_told_look_for_nothing_near,
    test_more_than_is_kept_is_refused,
    test_reasons_addresses_and_whole_events_are_bounded,
    test_what_is_given_twice_is_looked_for_once,
    test_what_only_follows_from_a_fault_is_bounded,
)
from test_statements import (
    test_a_malformed_id_is_refused,
    test_a_misspelt_inner_field_is_named_with_the_one_that_was_meant,
    test_all_faults_of_a_statement_are_told_at_once,
    test_an_impossible_instant_is_refused,
    test_an_unknown_zone_is_a_fault_of_the_zone,
    test_one_mistake_is_one_fault,
)
from test_subscription import (
    test_another_thread_ends_it_while_it_waits,
    test_it_holds_no_statement_while_its_caller_works,
    test_it_yields_what_is_there_and_then_what_comes,
    test_the_command_begins_at_the_end_and_stops_at_the_limit,
    test_the_command_follows_a_log,
)
from test_texts import (
    test_an_invented_text_beside_real_bytes_is_refused,
    test_the_name_of_an_extractor_is_a_line,
)
from test_timeline import (
    test_a_batch_is_refused_whole,
    test_a_changed_document_is_refused_under_its_old_id,
    test_a_correction_carries_the_whole_statement_and_its_changes,
    test_a_correction_that_changes_nothing_is_refused,
    test_a_correction_that_is_refused_is_not_taken_for_one_with_the_same_reason,
    test_a_list_is_emptied_by_none_as_well,
    test_a_reason_is_required,
    test_a_stale_version_is_a_conflict,
    test_a_taken_id_says_what_differs_and_to_correct,
    test_an_address_is_not_taken_for_a_file,
    test_an_address_that_runs_script_is_refused,
    test_an_append_answers_with_stream_version_and_position,
    test_an_author_is_one_line,
    test_an_unknown_happening_or_source_is_said,
    test_bytes_and_text_are_both_kept,
    test_old_scripts_can_be_run_again_whatever_came_later,
    test_other_facts_about_an_archived_document_are_a_correction,
)
from test_timeline_dates import (
    test_a_new_statement_needs_a_date_on_one_side,
    test_a_warning_that_is_made_an_error_leaves_the_log_as_it_was,
)
from test_transcripts import (
    test_a_picture_has_both,
)
