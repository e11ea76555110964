//! The error names of the Web API, what happens next after each, and what to say. Slack's names are the reasons' codes.

use std::time::Duration;

/// What happens next after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A passing fault; nothing was posted.
    Again,
    /// Too much at once.
    Slower,
    /// It may have been posted: Slack says of these that some part may have succeeded before the error was raised.
    Halfway,
    /// The destination takes nothing from us until somebody in Slack mends it, which one click can do.
    NotToday,
    /// There is nobody at the destination; people come back.
    NotThere,
    /// The destination can never be written to.
    Never,
    /// A reply in this thread is refused.
    Thread,
    /// Nothing gets through until somebody changes the app or the settings.
    Closed,
    /// This message cannot be posted; others can.
    Refused,
}
use Meaning::{Again, Closed, Halfway, Never, NotThere, NotToday, Refused, Slower, Thread};

/// How long a destination is remembered that an invitation or a setting in Slack mends.
pub(super) const AN_HOUR: Duration = Duration::from_secs(60 * 60);
/// How long a person is remembered who is not there.
pub(super) const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of an error name; `None` when it is not on the list.
pub(super) fn find(name: &str) -> Option<(&'static str, Meaning, &'static str)> {
    ERRORS.iter().find(|(known, ..)| *known == name).copied()
}

type Row = (&'static str, Meaning, &'static str);

const ERRORS: [Row; 71] = [
    ("internal_error", Halfway, "Slack broke down; it may have been posted"),
    ("service_unavailable", Again, "Slack is unavailable for now"),
    ("request_timeout", Again, "the request did not arrive whole"),
    ("team_added_to_org", Again, "the workspace is being moved to an organization"),
    ("ratelimited", Slower, "too much at once"),
    ("rate_limited", Slower, "too much at once"),
    ("message_limit_exceeded", Slower, "the workspace has used up its messages"),
    ("fatal_error", Halfway, "Slack broke down halfway; it may have been posted"),
    ("channel_not_found", NotToday, "there is no such Slack channel or user, or the app may not see it"),
    ("not_in_channel", NotToday, "the app is not in the Slack channel; invite it"),
    ("is_archived", NotToday, "the Slack channel is archived"),
    ("channel_is_archived", NotToday, "the Slack channel is archived"),
    ("channel_is_limited_access", NotToday, "the app has no access to the Slack channel"),
    ("access_denied", NotToday, "the app may not write there"),
    ("no_permission", NotToday, "the app may not write there; invite it"),
    ("restricted_action", NotToday, "the workspace does not let the app post there"),
    ("restricted_action_read_only_channel", NotToday, "the Slack channel is read-only"),
    ("restricted_action_thread_only_channel", NotToday, "the Slack channel takes replies alone"),
    ("messages_tab_disabled", NotToday, "the app takes no direct messages; switch on its Messages tab"),
    (
        "team_not_found",
        NotToday,
        "a token for a whole organization needs the Slack channel's id, not its name",
    ),
    ("user_not_found", NotThere, "there is no such Slack user"),
    ("users_not_found", NotThere, "there is no such Slack user"),
    ("user_disabled", NotThere, "the Slack user is deactivated"),
    ("user_not_visible", NotThere, "the app may not see the Slack user"),
    ("cannot_dm_bot", Never, "the Slack user is a bot, which takes no direct messages"),
    ("thread_not_found", Thread, "the thread is gone"),
    ("message_not_found", Thread, "the thread's first message is gone"),
    ("invalid_thread_ts", Thread, "the thread is not one of this Slack channel"),
    ("cannot_reply_to_message", Thread, "the thread's first message takes no replies"),
    ("restricted_action_non_threadable_channel", Thread, "the Slack channel has no threads"),
    ("restricted_action_thread_locked", Thread, "the thread is locked"),
    ("invalid_auth", Closed, "`token` is not valid, or not from this network"),
    ("not_authed", Closed, "no token arrived"),
    ("account_inactive", Closed, "`token` is of a deleted user or workspace"),
    ("token_revoked", Closed, "`token` was revoked"),
    ("token_expired", Closed, "`token` has expired"),
    ("missing_scope", Closed, "the app lacks the scope chat:write; add it and install the app again"),
    ("not_allowed_token_type", Closed, "`token` is of a kind that cannot post; it begins with xoxb-"),
    ("accesslimited", Closed, "the workspace refuses requests from this network"),
    ("app_access_restricted", Closed, "the workspace restricts the app"),
    ("ekm_access_denied", Closed, "an administrator has suspended posting"),
    ("org_login_required", Closed, "the workspace is being moved to an organization"),
    ("team_access_not_granted", Closed, "`token` is not for this workspace"),
    ("enterprise_is_restricted", Closed, "the method is not open to an organization's token"),
    ("two_factor_setup_required", Closed, "the workspace asks for two-factor authentication"),
    ("method_deprecated", Closed, "Slack has withdrawn the method"),
    ("deprecated_endpoint", Closed, "Slack has withdrawn the method"),
    ("unknown_method", Closed, "there is no such method at `base_url`"),
    ("msg_too_long", Refused, "the message is too long"),
    ("msg_blocks_too_long", Refused, "the message is too long"),
    ("no_text", Refused, "the message is empty"),
    ("invalid_blocks", Refused, "Slack does not take the message's blocks"),
    ("invalid_blocks_format", Refused, "Slack does not take the message's blocks"),
    ("too_many_attachments", Refused, "Slack does not take this message"),
    ("attachment_payload_limit_exceeded", Refused, "the message is too long"),
    ("markdown_text_conflict", Refused, "Slack does not take this message"),
    ("metadata_too_large", Refused, "Slack does not take this message"),
    ("invalid_arguments", Refused, "Slack does not take the request"),
    ("invalid_arg_name", Refused, "Slack does not take the request"),
    ("invalid_array_arg", Refused, "Slack does not take the request"),
    ("invalid_charset", Refused, "Slack does not take the request"),
    ("invalid_form_data", Refused, "Slack does not take the request"),
    ("invalid_json", Refused, "Slack does not take the request"),
    ("json_not_object", Refused, "Slack does not take the request"),
    ("invalid_post_type", Refused, "Slack does not take the request"),
    ("missing_post_type", Refused, "Slack does not take the request"),
    ("slack_connect_canvas_sharing_blocked", Refused, "a link in it may not be shared with other workspaces"),
    (
        "slack_connect_file_link_sharing_blocked",
        Refused,
        "a link in it may not be shared with other workspaces",
    ),
    ("slack_connect_lists_sharing_blocked", Refused, "a link in it may not be shared with other workspaces"),
    ("duplicate_channel_not_found", Refused, "Slack does not take the request"),
    ("duplicate_message_not_found", Refused, "Slack does not take the request"),
];
