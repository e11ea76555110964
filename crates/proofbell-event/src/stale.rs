//! Which news makes older news pointless. Order of delivery is not promised: a retried older event can arrive
//! after a newer one, and telling it then would mislead.

use jiff::SignedDuration;

use crate::EventName;

/// How far apart, at most, two events lie that report the same happening (see [`are_twins`]).
pub const TWIN_WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// The part an event plays in [`overtakes`].
#[derive(Clone, Copy)]
enum Part {
    /// A request that is not under way yet; still progress when it comes to being overtaken.
    Draft,
    /// Photos are in, or anything further along that is no verdict.
    Progress,
    /// Photos failed.
    Rejection,
    /// A verdict, a closing or the completion.
    End,
    /// Nothing is known of it.
    Unknown,
}

const fn part(name: EventName) -> Part {
    use EventName::*;
    match name {
        Draft => Part::Draft,
        PhotosSubmitted | PhotosApproved | FastTracked | Queued | AwaitingAssignment | Assigned
        | Examined => Part::Progress,
        PhotosRejected | ReshootNeeded => Part::Rejection,
        Authentic | Counterfeit | VerdictChanged | Completed | Cancelled | Invalidated => Part::End,
        Unknown => Part::Unknown,
    }
}

/// Whether an event named `newer` makes one named `older` stale, when it happened later.
///
/// | older | overtaken by a newer |
/// |---|---|
/// | progress (`draft`, `photos_submitted`, … `examined`) | progress; an end |
/// | rejection (`photos_rejected`, `reshoot_needed`) | progress other than `draft`; rejection; an end |
/// | end (a verdict, `completed`, `cancelled`, `invalidated`) | nothing: a verdict is never stale |
/// | `unknown` | nothing |
///
/// The times are the caller's to compare ([`crate::Event::effective_time`]). So is the question whether two
/// rejections are one happening told twice ([`are_twins`], [`TWIN_WINDOW`]): those never overtake each other, but
/// from the names alone a rejection overtakes a rejection, because a second round of photos can fail as well.
pub const fn overtakes(newer: EventName, older: EventName) -> bool {
    match (part(older), part(newer)) {
        (Part::Draft | Part::Progress, Part::Draft | Part::Progress | Part::End) => true,
        (Part::Draft | Part::Progress, Part::Rejection | Part::Unknown) => false,
        (Part::Rejection, Part::Progress | Part::Rejection | Part::End) => true,
        (Part::Rejection, Part::Draft | Part::Unknown) => false,
        (Part::End | Part::Unknown, _) => false,
    }
}

/// Whether two names, in either order, can report one happening: Legitmark tells a rejection of photos as a state
/// change and as `media_rejected`, and a cancellation as a state change and as `invalidate_sr`.
///
/// Two events of one request with such names are twins when each is the other's nearest within [`TWIN_WINDOW`].
pub const fn are_twins(a: EventName, b: EventName) -> bool {
    use EventName::*;
    matches!(
        (a, b),
        (PhotosRejected, ReshootNeeded)
            | (ReshootNeeded, PhotosRejected)
            | (Cancelled, Invalidated)
            | (Invalidated, Cancelled)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row for each older name, one column for each newer name, both in the order of `EventName::ALL`.
    /// `x` means: overtaken.
    const MATRIX: [(&str, &str); 17] = [
        //                        newer: dra sub rej app fas que awa ass exa aut cou com can res inv ver unk
        ("draft              ", " x   x   .   x   x   x   x   x   x   x   x   x   x   .   x   x   . "),
        ("photos_submitted   ", " x   x   .   x   x   x   x   x   x   x   x   x   x   .   x   x   . "),
        ("photos_rejected    ", " .   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   . "),
        ("photos_approved    ", " x   x   .   x   x   x   x   x   x   x   x   x   x   .   x   x   . "),
        ("fast_tracked       ", " x   x   .   x   x   x   x   x   x   x   x   x   x   .   x   x   . "),
        ("queued             ", " x   x   .   x   x   x   x   x   x   x   x   x   x   .   x   x   . "),
        ("awaiting_assignment", " x   x   .   x   x   x   x   x   x   x   x   x   x   .   x   x   . "),
        ("assigned           ", " x   x   .   x   x   x   x   x   x   x   x   x   x   .   x   x   . "),
        ("examined           ", " x   x   .   x   x   x   x   x   x   x   x   x   x   .   x   x   . "),
        ("authentic          ", " .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   . "),
        ("counterfeit        ", " .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   . "),
        ("completed          ", " .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   . "),
        ("cancelled          ", " .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   . "),
        ("reshoot_needed     ", " .   x   x   x   x   x   x   x   x   x   x   x   x   x   x   x   . "),
        ("invalidated        ", " .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   . "),
        ("verdict_changed    ", " .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   . "),
        ("unknown            ", " .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   . "),
    ];

    #[test]
    fn the_whole_matrix() {
        for ((row, marks), older) in MATRIX.into_iter().zip(EventName::ALL) {
            assert_eq!(row.trim(), older.as_str());
            let marks: Vec<&str> = marks.split_whitespace().collect();
            assert_eq!(marks.len(), EventName::ALL.len(), "{older}");
            for (mark, newer) in marks.into_iter().zip(EventName::ALL) {
                assert_eq!(overtakes(newer, older), mark == "x", "{older}, then {newer}");
            }
        }
    }

    #[test]
    fn twins_are_two_pairs_in_either_order() {
        let pairs: Vec<String> = EventName::ALL
            .into_iter()
            .flat_map(|a| EventName::ALL.map(|b| (a, b)))
            .filter(|(a, b)| are_twins(*a, *b))
            .map(|(a, b)| format!("{a}+{b}"))
            .collect();
        assert_eq!(
            pairs,
            [
                "photos_rejected+reshoot_needed",
                "cancelled+invalidated",
                "reshoot_needed+photos_rejected",
                "invalidated+cancelled"
            ]
        );
        assert_eq!(TWIN_WINDOW.as_secs(), 600);
    }
}
