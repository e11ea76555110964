//! The helpers that templates can call, and what each takes.

/// A helper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Helper {
    And,
    Button,
    Date,
    Default,
    Eq,
    Gt,
    Join,
    Len,
    Link,
    Mention,
    Not,
    Or,
    Plural,
    Truncate,
    Url,
}

/// What a helper takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    /// Fewest values.
    pub(crate) least: usize,
    /// Most values.
    pub(crate) most: usize,
    /// Names of options.
    pub(crate) options: &'static [&'static str],
    /// An example for hints.
    pub(crate) example: &'static str,
}

const ALL: [Helper; 15] = [
    Helper::And,
    Helper::Button,
    Helper::Date,
    Helper::Default,
    Helper::Eq,
    Helper::Gt,
    Helper::Join,
    Helper::Len,
    Helper::Link,
    Helper::Mention,
    Helper::Not,
    Helper::Or,
    Helper::Plural,
    Helper::Truncate,
    Helper::Url,
];

impl Helper {
    pub(crate) fn named(name: &str) -> Option<Helper> {
        ALL.into_iter().find(|helper| helper.as_str() == name)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        ALL.into_iter().map(Helper::as_str)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Helper::And => "and",
            Helper::Button => "button",
            Helper::Date => "date",
            Helper::Default => "default",
            Helper::Eq => "eq",
            Helper::Gt => "gt",
            Helper::Join => "join",
            Helper::Len => "len",
            Helper::Link => "link",
            Helper::Mention => "mention",
            Helper::Not => "not",
            Helper::Or => "or",
            Helper::Plural => "plural",
            Helper::Truncate => "truncate",
            Helper::Url => "url",
        }
    }

    /// Whether it prints markup of its own, and so has no value to hand on.
    pub(crate) fn makes_markup(self) -> bool {
        matches!(self, Helper::Link | Helper::Button | Helper::Mention)
    }

    pub(crate) fn signature(self) -> Signature {
        let of = |least, most, options, example| Signature { least, most, options, example };
        match self {
            Helper::And => of(2, usize::MAX, &[], "(and a b)"),
            Helper::Or => of(2, usize::MAX, &[], "(or a b)"),
            Helper::Not => of(1, 1, &[], "(not a)"),
            Helper::Eq => of(2, 2, &[], "(eq a b)"),
            Helper::Gt => of(2, 2, &[], "(gt a 3)"),
            Helper::Len => of(1, 1, &[], "(len sides)"),
            Helper::Default => of(2, 2, &[], "{{default recipient.name \"Hello\"}}"),
            Helper::Join => of(1, 2, &["key"], "{{join sides \", \" key=\"name\"}}"),
            Helper::Truncate => of(2, 2, &[], "{{truncate side.name 40}}"),
            Helper::Plural => of(2, 2, &[], "{{plural \"photo\" (len sides)}}"),
            Helper::Date => {
                of(1, 1, &["format", "tz", "plus"], "{{date event.timestamp format=\"long\" plus=\"72h\"}}")
            }
            Helper::Link => of(1, 1, &["text"], "{{link \"reshoot\" text=\"Upload new photos\"}}"),
            Helper::Button => of(1, 1, &["text"], "{{button \"reshoot\" text=\"Upload new photos\"}}"),
            Helper::Mention => of(0, 0, &[], "{{mention}}"),
            Helper::Url => of(1, 1, &[], "{{url \"reshoot\"}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_helper_is_found_by_its_name() {
        let names: std::collections::BTreeSet<_> = Helper::names().collect();
        assert_eq!(names.len(), ALL.len());
        for helper in ALL {
            assert_eq!(Helper::named(helper.as_str()), Some(helper));
        }
        assert_eq!(Helper::named("lookup"), None);
    }
}
