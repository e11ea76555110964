//! Strings with places in them.

/// What a place stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    To,
    From,
    Text,
    Id,
}

const PLACES: [(&str, Place); 4] =
    [("to", Place::To), ("from", Place::From), ("text", Place::Text), ("id", Place::Id)];

/// What the places are filled with.
#[derive(Clone, Copy)]
pub(super) struct Values<'v> {
    pub(super) to: &'v str,
    pub(super) from: &'v str,
    pub(super) text: &'v str,
    pub(super) id: &'v str,
}

/// A string with places, read once: what is filled in is never read again, so a text that holds `{to}` stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place(Place),
}

impl Template {
    /// Reads `Hello {to}`; a brace itself is written twice, `{{` and `}}`.
    ///
    /// # Errors
    /// What is wrong with it, for people. It does not repeat the string, which may be a secret from the environment.
    pub(super) fn parse(text: &str) -> Result<Template, &'static str> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            push_text(&mut pieces, before);
            if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
                push_text(&mut pieces, &brace[..1]);
                rest = after;
                continue;
            }
            let (name, after) = brace
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or("has a single brace; write {{ or }} for a brace itself")?;
            let (_, place) = PLACES.iter().find(|(known, _)| *known == name).ok_or(
                "has a placeholder that is not known; write {to}, {from}, {text} or {id}, and {{ or }} for a brace itself",
            )?;
            pieces.push(Piece::Place(*place));
            rest = after;
        }
        push_text(&mut pieces, rest);
        Ok(Template(pieces))
    }

    /// A string without places.
    pub(super) fn literal(text: String) -> Template {
        Template(vec![Piece::Text(text)])
    }

    /// Whether it has this place.
    pub(super) fn has(&self, place: Place) -> bool {
        self.0.contains(&Piece::Place(place))
    }

    /// The string with its places filled.
    pub(super) fn fill(&self, values: &Values<'_>) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Place(Place::To) => values.to.to_owned(),
            Piece::Place(Place::From) => values.from.to_owned(),
            Piece::Place(Place::Text) => values.text.to_owned(),
            Piece::Place(Place::Id) => values.id.to_owned(),
        };
        self.0.iter().map(piece).collect()
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: Values<'_> =
        Values { to: "+819012345678", from: "MAISON", text: "{to} {{id}} \"&", id: "0193" };

    #[test]
    fn places_are_filled_once() {
        let table = [
            ("", ""),
            ("hello", "hello"),
            ("{to}", "+819012345678"),
            ("<{from}> {text}|{id}{id}", "<MAISON> {to} {{id}} \"&|01930193"),
            ("{{to}}", "{to}"),
            ("{{{to}}}", "{+819012345678}"),
            ("}}{{", "}{"),
        ];
        for (template, expected) in table {
            assert_eq!(Template::parse(template).unwrap().fill(&VALUES), expected, "{template}");
        }
    }

    #[test]
    fn what_is_no_place_is_told() {
        let single = "has a single brace; write {{ or }} for a brace itself";
        let unknown = "has a placeholder that is not known; write {to}, {from}, {text} or {id}, and {{ or }} for a brace itself";
        let table = [
            ("{", single),
            ("}", single),
            ("a } b", single),
            ("{to", single),
            ("{{to}", single),
            ("{}", unknown),
            ("{TO}", unknown),
            ("{ to }", unknown),
            ("{body}", unknown),
        ];
        for (template, problem) in table {
            assert_eq!(Template::parse(template), Err(problem), "{template}");
        }
    }
}
