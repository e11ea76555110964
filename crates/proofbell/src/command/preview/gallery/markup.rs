//! HTML that cannot be broken by what is put into it.

/// HTML that may stand in the page as it is: out of a fragment of ours, or escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Html(String);

impl Html {
    /// Text of any origin, for a place between tags or within a quoted attribute.
    pub(super) fn text(text: &str) -> Html {
        let mut html = String::with_capacity(text.len() + text.len() / 8);
        for character in text.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                other => html.push(other),
            }
        }
        Html(html)
    }

    /// A text of the program's own, as it is.
    pub(super) fn ours(html: &'static str) -> Html {
        Html(html.to_owned())
    }

    /// A fragment with its `{{name}}` places filled in. What is filled in is never looked at again.
    pub(super) fn fill(fragment: &'static str, parts: &[(&str, Html)]) -> Html {
        let mut html = String::with_capacity(fragment.len() * 2);
        let mut rest = fragment;
        while let Some((before, (name, after))) =
            rest.split_once("{{").and_then(|(before, inside)| Some((before, inside.split_once("}}")?)))
        {
            html.push_str(before);
            let part = parts.iter().find(|(known, _)| *known == name);
            debug_assert!(part.is_some(), "nothing for {name}");
            html.push_str(part.map_or("", |(_, part)| &part.0));
            rest = after;
        }
        html.push_str(rest);
        Html(html)
    }

    pub(super) fn push(&mut self, more: Html) {
        self.0.push_str(&more.0);
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(parts: I) -> Html {
        let mut all = Html::default();
        parts.into_iter().for_each(|part| all.push(part));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_can_neither_end_its_place_nor_make_another() {
        let evil = "</p><script>\"'&{{name}}";
        let filled = Html::fill(
            "<p title=\"{{name}}\">{{name}}{{more}}</p>",
            &[("name", Html::text(evil)), ("more", Html::ours("<b>"))],
        );
        let escaped = "&lt;/p&gt;&lt;script&gt;&quot;&#39;&amp;{{name}}";
        assert_eq!(filled.into_string(), format!("<p title=\"{escaped}\">{escaped}<b></p>"));
    }
}
