//! The documented context, as types: what a template can name, known before any event is.

/// What is known of a value before rendering.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// Text that may come from outside.
    Text,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A URL that was checked: https, or http on loopback.
    Url,
    /// Written by whoever runs this: a literal, or something under `vars`.
    Constant,
    /// Anything, from outside; a name that is missing in it is null.
    Free,
    /// These names, each there or null.
    Object(Names),
    /// A list of these.
    List(&'static Shape),
}

pub(crate) type Names = &'static [(&'static str, Shape)];

/// What a template sees at its root.
pub(crate) const ROOT: Names = &[
    ("event", Shape::Object(EVENT)),
    ("case", Shape::Object(CASE)),
    ("side", Shape::Object(SIDE)),
    ("sides", Shape::List(&Shape::Object(SIDE))),
    ("recipient", Shape::Object(RECIPIENT)),
    ("rule", Shape::Text),
    ("vars", Shape::Constant),
];

const EVENT: Names = &[
    ("name", Shape::Text),
    ("type", Shape::Text),
    ("timestamp", Shape::Text),
    ("sides", Shape::List(&Shape::Object(SIDE))),
    ("state", Shape::Object(STATE)),
    ("invalidation_reason", Shape::Object(&[("code", Shape::Text), ("message", Shape::Text)])),
    ("payload", Shape::Free),
];

const STATE: Names = &[("primary", Shape::Text), ("supplement", Shape::Text)];

const CASE: Names = &[
    ("sr_uuid", Shape::Text),
    ("reference_id", Shape::Text),
    ("round", Shape::Number),
    ("state", Shape::Object(STATE)),
    ("item", Shape::Free),
    ("micro_id", Shape::Text),
    ("certificate_url", Shape::Url),
    ("thumbnail", Shape::Url),
];

const SIDE: Names = &[
    ("code", Shape::Text),
    ("raw", Shape::Text),
    ("name", Shape::Text),
    ("reason", Shape::Object(REASON)),
    ("message", Shape::Text),
    ("example_image", Shape::Url),
];

const REASON: Names =
    &[("code", Shape::Text), ("raw", Shape::Text), ("name", Shape::Text), ("advice", Shape::Text)];

const RECIPIENT: Names =
    &[("name", Shape::Text), ("locale", Shape::Text), ("tz", Shape::Text), ("extra", Shape::Free)];

impl Shape {
    /// The shape of a part; `None` when there is no such part.
    pub(crate) fn part(&self, name: &str) -> Option<Shape> {
        match self {
            Shape::Object(names) => {
                names.iter().find(|(known, _)| *known == name).map(|(_, shape)| shape.clone())
            }
            Shape::List(item) => name.parse::<usize>().is_ok().then(|| (*item).clone()),
            Shape::Free => Some(Shape::Free),
            Shape::Constant => Some(Shape::Constant),
            Shape::Text | Shape::Number | Shape::Bool | Shape::Url => None,
        }
    }

    /// The names of its parts, when they are fixed.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let names: Names = match self {
            Shape::Object(names) => names,
            _ => &[],
        };
        names.iter().map(|(name, _)| *name)
    }

    /// What `each` hands to its body; `None` for what has no items.
    pub(crate) fn item(&self) -> Option<Shape> {
        match self {
            Shape::List(item) => Some((*item).clone()),
            Shape::Free => Some(Shape::Free),
            Shape::Constant => Some(Shape::Constant),
            _ => None,
        }
    }

    /// Either this or the other: as trusted as the less trusted one.
    pub(crate) fn or(self, other: Shape) -> Shape {
        match (self, other) {
            (one, other) if one == other => one,
            (Shape::Constant, Shape::Url) | (Shape::Url, Shape::Constant) => Shape::Url,
            (Shape::Constant, other) | (other, Shape::Constant) => other,
            _ => Shape::Text,
        }
    }

    /// What it is, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Shape::Text | Shape::Url => "a text",
            Shape::Number => "a number",
            Shape::Bool => "true or false",
            Shape::Constant => "a constant",
            Shape::Free => "a value",
            Shape::Object(_) => "a thing with parts",
            Shape::List(_) => "a list",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_less_trusted_shape_wins() {
        assert_eq!(Shape::Url.or(Shape::Constant), Shape::Url);
        assert_eq!(Shape::Text.or(Shape::Constant), Shape::Text);
        assert_eq!(Shape::Url.or(Shape::Text), Shape::Text);
        assert_eq!(Shape::Free.or(Shape::Url), Shape::Text);
        assert_eq!(Shape::Constant.or(Shape::Constant), Shape::Constant);
        assert_eq!(Shape::Object(SIDE).or(Shape::Text), Shape::Text);
    }
}
