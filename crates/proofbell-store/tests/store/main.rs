//! The store's contract, run over each backend, and what is SQLite's own.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure is the test's")]

mod build;
mod contract;
mod sqlite;

/// Runs every test of the contract over a fresh store from `$fresh`: a function that returns it with what keeps it alive.
macro_rules! contract {
    ($fresh:path: $($module:ident { $($test:ident),* $(,)? })*) => {$(
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    let (store, _alive) = $fresh();
                    crate::contract::$module::$test(&store).await;
                }
            )*
        }
    )*};
}

/// The whole contract over each backend: its module, and where its fresh stores come from.
macro_rules! backends {
    ($($backend:ident = $fresh:path,)*) => {$(
        mod $backend {
            contract! { $fresh:
                accept {
                    deliveries_are_told_apart_by_id_and_body,
                    one_delivery_sent_twice_at_once_is_kept_once,
                    a_kept_event_is_what_was_sent,
                    a_replay_plans_again_one_generation_up,
                    a_quarantined_event_is_replayed_once_it_can_be_read,
                    events_are_listed_by_what_was_asked_for,
                }
                planning {
                    events_wait_oldest_first_with_their_case,
                    the_first_event_of_a_case_meets_a_new_one,
                    a_plan_commits_as_a_whole,
                    a_case_that_moved_on_is_a_conflict,
                    a_case_planned_twice_in_one_list_carries_on,
                    an_event_is_planned_once,
                    one_plan_that_fails_leaves_the_others_alone,
                    a_draft_that_is_there_already_stays,
                    a_case_can_be_seen_as_it_was_before_an_event,
                }
                addressing {
                    drafts_are_due_by_audience_and_time,
                    a_draft_ends_in_each_way_with_its_reason,
                    a_draft_that_ended_is_left_alone,
                    what_addressing_made_commits_as_a_whole_or_not_at_all,
                    a_nobody_draft_waits_for_its_own_audience,
                    a_message_that_ends_unsent_makes_its_draft_due,
                    a_due_draft_comes_with_all_that_was_tried,
                    a_fallback_goes_on_to_the_next_channel,
                    a_message_being_sent_is_not_called_off,
                    an_end_between_the_look_and_the_commit_is_not_lost,
                    a_look_that_was_never_committed_comes_again,
                }
                sending {
                    due_messages_are_claimed_oldest_first,
                    a_claim_brings_all_that_sending_asks_for,
                    an_attempt_is_counted_before_it_is_made,
                    expired_messages_are_claimed_by_themselves,
                    a_record_says_what_happens_next,
                    a_second_try_has_a_second_attempt,
                    a_record_of_another_epoch_changes_nothing,
                    claims_of_the_dead_are_taken_over,
                    what_is_remembered_of_an_address_comes_with_later_claims,
                    a_message_of_no_draft_is_sent_like_any_other,
                    people_retry_what_ended_and_call_off_what_waits,
                    a_message_without_a_text_cannot_be_retried,
                }
                reports {
                    a_report_moves_on_what_left_and_nothing_else,
                    what_never_left_cannot_have_arrived,
                    a_repeated_or_foreign_report_is_harmless,
                    reports_of_one_message_are_bounded,
                    a_report_before_the_answer_was_kept_ends_the_attempt,
                    a_message_that_ends_by_a_report_makes_its_draft_due,
                    a_stop_is_remembered_until_a_start,
                    a_start_does_not_mend_a_bad_address,
                    a_retry_forgets_that_an_address_was_bad_but_no_stop,
                    what_was_told_before_a_retry_does_not_undo_it,
                    repeating_does_not_make_an_address_bad_for_longer,
                    later_messages_of_a_case_name_the_first,
                    a_thread_that_waits_holds_up_nobody_else,
                    a_first_message_that_failed_begins_no_thread,
                }
                people {
                    messages_are_shown_with_masked_addresses,
                    messages_are_listed_by_what_was_asked_for,
                    what_is_not_there_is_not_found,
                    a_pause_by_a_person_outlasts_the_providers,
                    what_waits_is_counted,
                    a_case_shows_all_about_it,
                    what_ended_is_forgotten_and_its_keys_a_while_later,
                    what_is_still_on_its_way_is_not_forgotten,
                    the_case_of_a_waiting_event_is_not_forgotten,
                    more_than_one_chunk_is_forgotten,
                    test_messages_are_forgotten_too,
                }
            }
        }
    )*};
}

backends! {
    on_sqlite = crate::sqlite::fresh,
    in_memory = crate::sqlite::fresh_in_memory,
}
