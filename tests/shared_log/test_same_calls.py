"""The tests of the calls and of the log in a file, run over a shared log: what may follow is decided by one code.

What they read, they read in tables derived from the log at each look. Left out are those that look into the file itself.
"""

# ruff: noqa: F401 - pytest runs what is imported, with the fixtures that are imported and those of this folder
from pathlib import Path

import pytest
from derived import tables
from test_ambiguous import (
    older,
    test_a_correction_of_citations_is_safe_to_repeat_whatever_came_later,
    test_a_correction_of_something_else_keeps_the_place,
    test_a_correction_of_something_else_keeps_two_places_of_the_same_words,
    test_a_known_place_accepts_new_surroundings,
    test_an_ambiguous_quotation_does_not_take_the_place_of_other_words,
    test_an_older_call_is_safe_to_repeat,
    test_an_older_event_comes_back_from_its_bundle,
    test_an_older_event_is_sound,
    test_every_grade_comes_back_from_a_bundle_with_repeated_words,
    test_words_with_a_line_end_in_them_elsewhere_need_a_prefix_or_suffix,
)
from test_archiving import (
    pdf,
    test_a_document_is_appended_as_it_was_exported,
    test_a_later_extractor_changes_no_existing_source,
    test_another_decoding_is_another_text,
    test_another_media_type_is_another_statement,
    test_exported_fields_belong_together,
    test_extracting_again_makes_a_new_source,
    test_facts_are_used_only_on_request,
    test_without_an_id_the_same_bytes_are_the_same_source,
)
from test_log import (
    test_a_read_only_timeline_refuses_appends,
    test_data_is_hashed_with_its_salt_over_the_stored_bytes,
    test_eight_writers_at_once_lose_nothing,
    test_events_are_gapless_and_named_by_stream_and_version,
    test_events_are_read_from_the_first_one_on,
    test_events_have_a_time_and_an_author,
    test_events_of_a_transaction_can_be_read_at_once,
    test_streams_looked_up_together_are_found_once_appended,
)
from test_redaction import (
    names,
    test_a_bundle_with_redacted_entries_is_appended_without_them,
    test_a_corrected_source_that_is_redacted_keeps_its_document,
    test_a_correction_after_a_redacted_version_is_safe_to_repeat,
    test_a_document_redacted_by_another_process_is_not_quoted,
    test_a_document_that_no_other_event_names_cannot_be_kept,
    test_a_document_that_others_cite_stays,
    test_a_redacted_correction_does_not_come_back,
    test_a_redacted_happening_cannot_be_continued,
    test_a_redacted_happening_in_python,
    test_an_unfinished_redaction_reports_that_the_data_is_gone,
    test_appends_after_a_redaction_equal_a_rebuild,
    test_documents_can_be_kept,
    test_documents_of_the_same_bytes_stay_with_the_other_source,
    test_invalid_redactions_are_refused,
    test_it_is_safe_to_repeat,
    test_the_read_tables_show_the_redaction_and_its_reason,
)
from test_reviews import (
    second,
    test_a_doubt_outweighs_and_each_persons_last_verdict_counts,
    test_a_review_does_not_stop_whoever_read_the_version,
    test_a_review_is_an_event_of_its_happening,
    test_a_review_needs_a_name,
    test_a_review_stays_when_its_version_is_redacted,
    test_a_review_that_makes_no_sense_is_refused,
    test_a_version_without_an_author_is_confirmed_by_nobody,
    test_every_fault_of_an_entry_is_named_at_once,
    test_only_a_second_person_counts,
    test_the_rest_of_a_stream_passes_over_reviews,
    test_the_same_review_again_appends_nothing,
    test_what_nobody_can_review_is_refused,
)
from test_subscription import (
    test_another_thread_ends_it_while_it_waits,
    test_it_holds_no_statement_while_its_caller_works,
    test_it_yields_what_is_there_and_then_what_comes,
    test_the_command_begins_at_the_end_and_stops_at_the_limit,
    test_the_command_follows_a_log,
)
from test_timeline import (
    test_a_batch_is_refused_whole,
    test_a_changed_document_is_refused_under_its_old_id,
    test_a_circle_of_parts_is_refused,
    test_a_correction_carries_the_whole_statement_and_its_changes,
    test_a_correction_that_changes_nothing_is_refused,
    test_a_correction_that_is_refused_is_not_taken_for_one_with_the_same_reason,
    test_a_list_is_emptied_by_none_as_well,
    test_a_reason_is_required,
    test_a_retraction_names_its_successor_and_is_final,
    test_a_stale_version_is_a_conflict,
    test_a_taken_id_says_what_differs_and_to_correct,
    test_an_address_is_not_taken_for_a_file,
    test_an_address_that_runs_script_is_refused,
    test_an_append_answers_with_stream_version_and_position,
    test_an_author_is_one_line,
    test_an_unknown_happening_or_source_is_said,
    test_as_of_a_position_is_the_timeline_as_it_stood,
    test_bytes_and_text_are_both_kept,
    test_documents_that_cannot_be_quoted_are_refused,
    test_everything_can_be_said_again,
    test_many_corrections_of_one_happening_stay_quick,
    test_names_in_any_script_stay_apart,
    test_old_scripts_can_be_run_again_whatever_came_later,
    test_other_facts_about_an_archived_document_are_a_correction,
    test_several_appends_are_one_and_may_refer_forward,
)
from test_timeline_dates import (
    test_a_date_that_allows_the_quoted_one_is_no_matter,
    test_a_date_that_does_not_allow_it_is_told,
    test_a_new_statement_needs_a_date_on_one_side,
    test_a_quotation_that_states_a_date_within_as_well_is_no_matter,
    test_a_warning_that_is_made_an_error_leaves_the_log_as_it_was,
    test_a_year_a_season_and_a_time_are_told_as_well,
    test_an_older_log_with_a_date_that_is_open_on_both_sides_stays_whole,
    test_another_date_than_the_one_that_is_quoted_is_told_and_appended,
    test_what_is_not_kept_or_disputes_is_no_matter,
)

from timeline.shared_log.log import SharedLog


@pytest.fixture
def path(url: str) -> str:
    """Give the tests of the log in a file a shared log instead."""
    return url


@pytest.fixture(autouse=True)
def reading(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the calls that read find read tables."""
    monkeypatch.setattr(SharedLog, "connection", property(tables))
    monkeypatch.setattr(SharedLog, "path", tmp_path / "derived.db")
    monkeypatch.chdir(tmp_path)
