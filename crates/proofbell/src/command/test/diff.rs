//! How two texts differ, line by line.

/// A line of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// In both.
    Same(&'t str),
    /// Expected only.
    Expected(&'t str),
    /// Made only.
    Made(&'t str),
    /// So many lines in both, left out.
    Skipped(usize),
}

/// Lines that stay around each difference.
const CONTEXT: usize = 2;
/// Longer texts are not compared line by line: nobody would read it.
const MOST: usize = 2000;

/// The lines of both, with all that is far from any difference left out.
pub(super) fn compare<'t>(expected: &'t str, made: &'t str) -> Vec<Line<'t>> {
    let (expected, made): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), made.lines().collect());
    if expected.len().max(made.len()) > MOST {
        let gone = expected.iter().take(MOST).map(|line| Line::Expected(line));
        return gone.chain(made.iter().take(MOST).map(|line| Line::Made(line))).collect();
    }
    shortened(&whole(&expected, &made))
}

/// By the longest common subsequence.
fn whole<'t>(expected: &[&'t str], made: &[&'t str]) -> Vec<Line<'t>> {
    let width = made.len() + 1;
    let mut common = vec![0_usize; (expected.len() + 1) * width];
    for (i, old) in expected.iter().enumerate().rev() {
        for (j, new) in made.iter().enumerate().rev() {
            common[i * width + j] = match old == new {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < expected.len() || j < made.len() {
        match (expected.get(i), made.get(j)) {
            (Some(old), Some(new)) if old == new => {
                lines.push(Line::Same(old));
                (i, j) = (i + 1, j + 1);
            }
            (Some(old), new) if new.is_none() || common[(i + 1) * width + j] >= common[i * width + j + 1] => {
                lines.push(Line::Expected(old));
                i += 1;
            }
            (_, Some(new)) => {
                lines.push(Line::Made(new));
                j += 1;
            }
            (_, None) => break,
        }
    }
    lines
}

fn shortened<'t>(lines: &[Line<'t>]) -> Vec<Line<'t>> {
    let differs = |line: &Line<'_>| !matches!(line, Line::Same(_));
    let near = |index: usize| {
        let from = index.saturating_sub(CONTEXT);
        lines.iter().skip(from).take(index + CONTEXT + 1 - from).any(differs)
    };
    let mut short = Vec::new();
    let mut skipped = 0;
    for (index, line) in lines.iter().enumerate() {
        if near(index) {
            short.extend((skipped > 0).then_some(Line::Skipped(skipped)));
            skipped = 0;
            short.push(*line);
        } else {
            skipped += 1;
        }
    }
    short.extend((skipped > 0).then_some(Line::Skipped(skipped)));
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(expected: &str, made: &str) -> String {
        let write = |line| match line {
            Line::Same(text) => format!(" {text}"),
            Line::Expected(text) => format!("-{text}"),
            Line::Made(text) => format!("+{text}"),
            Line::Skipped(count) => format!("…{count}"),
        };
        compare(expected, made).into_iter().map(write).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_differs_is_shown_with_a_little_around_it() {
        let table = [
            ("a\nb\nc", "a\nB\nc", " a|-b|+B| c"),
            ("a", "a", "…1"),
            ("", "a", "+a"),
            ("a", "", "-a"),
            ("1\n2\n3\n4\n5\nx\n6\n7\n8\n9", "1\n2\n3\n4\n5\n6\n7\n8\n9", "…3| 4| 5|-x| 6| 7|…2"),
            ("a\nb", "b\nc", "-a| b|+c"),
        ];
        for (expected, made, shown) in table {
            assert_eq!(written(expected, made), shown, "{expected:?} {made:?}");
        }
    }
}
