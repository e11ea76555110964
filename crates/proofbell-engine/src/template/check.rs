//! Walks a template as rendering would, with shapes for values: what it finds cannot happen at run time any more.

use std::collections::{BTreeMap, HashSet};

use super::TemplateProblem;
use super::ast::{Block, BlockKind, Expr, File, Node, Partial, Place};
use super::expression::DEPTH_LIMIT;
use super::html::{Html, Slot};
use super::output::Style;
use super::report::{self, Report};
use super::scope::Scope;
use super::shape::Shape;
use crate::Link;

mod call;

/// How many ways of calling partials are followed in one template.
const CALL_LIMIT: usize = 10_000;

/// What a template needs that is known elsewhere: asked for when rules, constants and the glossary are at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    /// Uses of `side`, as problems for a rule without `each = "side"`.
    pub(crate) side: Vec<TemplateProblem>,
    /// Uses of `vars.…`: the path below `vars`, and the problem if it is not there.
    pub(crate) vars: Vec<(Vec<String>, TemplateProblem)>,
    /// Uses of terms, and the problem if the glossary lacks it.
    pub(crate) terms: Vec<(String, TemplateProblem)>,
}

/// A way of calling a partial: its name, what it sees, for which text, whether within HTML, how deep.
type Way = (String, Scope, Style, bool, usize);

/// Checks one template with all the partials it calls.
pub(crate) struct Checker<'a> {
    pub(crate) partials: &'a BTreeMap<String, File>,
    pub(crate) links: &'a BTreeMap<String, Link>,
    pub(crate) report: &'a mut Report,
    pub(crate) needs: Needs,
    /// Which text is being checked.
    style: Style,
    /// Ways of calling partials that were followed.
    seen: HashSet<Way>,
    /// The partials being followed, outermost first.
    calls: Vec<String>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(
        partials: &'a BTreeMap<String, File>,
        links: &'a BTreeMap<String, Link>,
        report: &'a mut Report,
    ) -> Checker<'a> {
        let (needs, seen, calls) = (Needs::default(), HashSet::new(), Vec::new());
        Checker { partials, links, report, needs, style: Style::Plain, seen, calls }
    }

    /// Checks a file that begins at the root of the context.
    pub(crate) fn file(&mut self, file: &File, style: Style) {
        self.style = style;
        let html = (style == Style::Html).then_some(Html::Text);
        self.follow(file, &Scope::root(), html, 0);
    }

    /// Checks a template that makes a URL: values from outside must not decide where it leads.
    pub(crate) fn url(&mut self, file: &File) {
        self.style = Style::Plain;
        self.nodes(file, &file.nodes, &Scope::root(), Some(Html::href()), 0);
    }

    /// The partials that are called, also by others.
    pub(crate) fn called(&self) -> impl Iterator<Item = &str> {
        self.seen.iter().map(|(name, ..)| name.as_str())
    }

    fn follow(&mut self, file: &File, scope: &Scope, html: Option<Html>, depth: usize) {
        let end = self.nodes(file, &file.nodes, scope, html, depth);
        if end.is_some_and(|html| html != Html::Text) {
            self.report.add(file, None, "the file ends in the middle of an HTML tag, comment or style", None);
        }
    }

    fn nodes(
        &mut self,
        file: &File,
        nodes: &[Node],
        scope: &Scope,
        html: Option<Html>,
        depth: usize,
    ) -> Option<Html> {
        let mut html = html;
        for node in nodes {
            html = match node {
                Node::Text { text, .. } => html.map(|html| html.read(text)),
                Node::Output(expr) => {
                    let shape = self.output(file, expr, scope, html.as_ref());
                    html.map(|html| html.value(shape == Shape::Url))
                }
                Node::Block(block) => self.block(file, block, scope, html, depth + 1),
                Node::Partial(partial) => {
                    self.partial(file, partial, scope, html.as_ref(), depth + 1);
                    html
                }
            };
        }
        html
    }

    fn output(&mut self, file: &File, expr: &Expr, scope: &Scope, html: Option<&Html>) -> Shape {
        let shape = match expr {
            Expr::Call(call) => self.call(file, call, scope, true),
            Expr::Literal(..) | Expr::Path(_) => self.expr(file, expr, scope),
        };
        match &shape {
            Shape::List(_) => {
                let hint =
                    "go through it with {{#each}}, or write {{join list \", \" key=\"name\"}}".to_owned();
                self.report.add(file, Some(expr.at()), "a list cannot be printed", Some(hint));
            }
            Shape::Object(_) => {
                let hint = report::hint("", shape.names());
                self.report.add(file, Some(expr.at()), "a thing with parts cannot be printed", hint);
            }
            _ => {}
        }
        if let Some(html) = html {
            self.slot(file, expr, &shape, html);
        }
        shape
    }

    /// Whether a value of this shape may stand at such a place of the HTML.
    fn slot(&mut self, file: &File, expr: &Expr, shape: &Shape, html: &Html) {
        if matches!(expr, Expr::Call(call) if call.helper.makes_markup()) {
            if *html != Html::Text {
                let hint = "in an attribute write {{url \"name\"}}".to_owned();
                self.report.add(
                    file,
                    Some(expr.at()),
                    "a link or button can stand between tags only",
                    Some(hint),
                );
            }
            return;
        }
        let (message, hint) = match html.slot() {
            Slot::Plain => return,
            Slot::Url if matches!(shape, Shape::Url | Shape::Constant) => return,
            Slot::Code if matches!(shape, Shape::Number | Shape::Constant) => return,
            Slot::Url => (
                "a value from outside cannot decide where a URL leads",
                "write {{url \"name\"}} with a [link.name] of the configuration",
            ),
            Slot::Code => (
                "a value from outside cannot stand in a style or script attribute",
                "only numbers and constants under `vars` can",
            ),
            Slot::Unsafe => (
                "a value can stand between tags and in quoted attributes only",
                "put the attribute's value into quotes",
            ),
        };
        self.report.add(file, Some(expr.at()), message, Some(hint.to_owned()));
    }

    fn block(
        &mut self,
        file: &File,
        block: &Block,
        scope: &Scope,
        html: Option<Html>,
        depth: usize,
    ) -> Option<Html> {
        let subject = self.expr(file, &block.subject, scope);
        let inside = match block.kind {
            BlockKind::If | BlockKind::Unless => scope.clone(),
            BlockKind::With => scope.inside(subject.clone(), names(block, &[subject]), false),
            BlockKind::Each => {
                let item = subject.item().unwrap_or_else(|| {
                    let message = format!("`each` goes through a list, and this is {}", subject.describe());
                    self.report.add(file, Some(block.subject.at()), message, None);
                    Shape::Free
                });
                scope.inside(item.clone(), names(block, &[item, Shape::Text]), true)
            }
        };
        if !self.is_shallow(file, block.at, depth) {
            return html;
        }
        let body = self.nodes(file, &block.body, &inside, html.clone(), depth);
        let inverse = self.nodes(file, &block.inverse, scope, html.clone(), depth);
        let (Some(start), Some(body), Some(inverse)) = (html, body, inverse) else { return None };
        // A loop's body may run any number of times, none included.
        let joined = match block.kind {
            BlockKind::Each => body.join(start.clone()).and_then(|body| body.join(inverse)),
            BlockKind::If | BlockKind::Unless | BlockKind::With => body.join(inverse),
        };
        Some(joined.unwrap_or_else(|| {
            let message =
                format!("whether `{}` holds decides where in the HTML it ends", block.kind.as_str());
            let hint = "let each branch open and close its own tags and quotes".to_owned();
            self.report.add(file, Some(block.at), message, Some(hint));
            start
        }))
    }

    fn partial(&mut self, file: &File, partial: &Partial, scope: &Scope, html: Option<&Html>, depth: usize) {
        let context = partial.context.as_ref().map(|expr| self.expr(file, expr, scope));
        let mut handed = Vec::new();
        for (name, value) in &partial.hash {
            handed.push((name.clone(), self.expr(file, value, scope)));
        }
        if html.is_some_and(|html| *html != Html::Text) {
            self.report.add(file, Some(partial.at), "a partial can stand between tags only", None);
        }
        let Some(target) = self.partials.get(&partial.name) else {
            let hint = report::hint(&partial.name, self.partials.keys().map(String::as_str));
            let message = format!("there is no partial `{}`", partial.name);
            return self.report.add(file, Some(partial.at), message, hint);
        };
        if let Some(from) = self.calls.iter().position(|name| *name == partial.name) {
            let mut circle = self.calls[from..].to_vec();
            circle.push(partial.name.clone());
            let message = format!("partials call each other in a circle: {}", circle.join(" → "));
            let hint = "take one of the calls out".to_owned();
            return self.report.add(file, Some(partial.at), message, Some(hint));
        }
        if !self.is_shallow(file, partial.at, depth) {
            return;
        }
        let inner = scope.partial(context, handed);
        if self.seen.len() >= CALL_LIMIT {
            let message = format!("partials are called in more than {CALL_LIMIT} ways");
            return self.report.add(file, Some(partial.at), message, None);
        }
        if self.seen.insert((partial.name.clone(), inner.clone(), self.style, html.is_some(), depth)) {
            self.calls.push(partial.name.clone());
            self.follow(target, &inner, html.map(|_| Html::Text), depth);
            self.calls.pop();
        }
    }

    fn is_shallow(&mut self, file: &File, at: Place, depth: usize) -> bool {
        if depth > DEPTH_LIMIT {
            let message = format!("blocks and partials nest deeper than {DEPTH_LIMIT}");
            self.report.add(file, Some(at), message, None);
        }
        depth <= DEPTH_LIMIT
    }

    /// The shape of a value; what is wrong with it is told.
    fn expr(&mut self, file: &File, expr: &Expr, scope: &Scope) -> Shape {
        match expr {
            Expr::Literal(..) => Shape::Constant,
            Expr::Call(call) => self.call(file, call, scope, false),
            Expr::Path(path) => match scope.resolve(path) {
                Ok(resolved) => {
                    self.note(file, path.at, &path.text, resolved.root.as_deref());
                    resolved.shape
                }
                Err(lost) => {
                    self.report.add(file, Some(path.at), lost.message, lost.hint);
                    Shape::Free
                }
            },
        }
    }

    /// Keeps what can only be checked against rules and constants.
    fn note(&mut self, file: &File, at: Place, text: &str, root: Option<&[String]>) {
        match root.and_then(|segments| segments.split_first()) {
            Some((first, _)) if first == "side" => {
                let message = format!("`{text}` is there only in rules with `each = \"side\"`");
                let hint = "use `sides`, or give the rule `each = \"side\"`".to_owned();
                self.needs.side.push(report::problem(file, Some(at), message, Some(hint)));
            }
            Some((first, rest)) if first == "vars" && !rest.is_empty() => {
                let message = format!("unknown name `{text}`: [vars] does not have it");
                self.needs.vars.push((rest.to_vec(), report::problem(file, Some(at), message, None)));
            }
            _ => {}
        }
    }
}

/// The names that `as |…|` gives, with their shapes.
fn names(block: &Block, shapes: &[Shape]) -> Vec<(String, Shape)> {
    block.names.iter().cloned().zip(shapes.iter().cloned()).collect()
}
