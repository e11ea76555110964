//! Whether a helper is called as it can be.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::Checker;
use crate::date::{self, DateFormat};
use crate::template::ast::{Call, Expr, File};
use crate::template::helper::Helper;
use crate::template::output::Style;
use crate::template::report;
use crate::template::scope::Scope;
use crate::template::shape::Shape;

impl Checker<'_> {
    /// Checks a call and gives the shape of its value. `prints`: it is the whole tag, no value of another call.
    pub(super) fn call(&mut self, file: &File, call: &Call, scope: &Scope, prints: bool) -> Shape {
        let params: Vec<Shape> = call.params.iter().map(|param| self.expr(file, param, scope)).collect();
        for (_, value) in &call.hash {
            self.expr(file, value, scope);
        }
        let name = call.helper.as_str();
        let signature = call.helper.signature();
        let example = || Some(format!("for example {}", signature.example));
        if call.helper.makes_markup() && !prints {
            let hint = (call.helper != Helper::Mention).then(|| "its value is {{url \"name\"}}".to_owned());
            self.report.add(
                file,
                Some(call.at),
                format!("`{name}` prints, and has no value to hand on"),
                hint,
            );
        }
        if !(signature.least..=signature.most).contains(&params.len()) {
            let message = format!("`{name}` takes {}", count(signature.least, signature.most));
            self.report.add(file, Some(call.at), message, example());
        }
        for (key, value) in &call.hash {
            if !signature.options.contains(&key.as_str()) {
                let hint = report::hint(key, signature.options.iter().copied());
                self.report.add(file, Some(value.at()), format!("`{name}` knows no `{key}=`"), hint);
            }
        }
        self.particulars(file, call, &params);
        result(call.helper, &params)
    }

    /// What one helper wants and others do not.
    fn particulars(&mut self, file: &File, call: &Call, params: &[Shape]) {
        match call.helper {
            Helper::Link | Helper::Button | Helper::Url => self.link(file, call),
            Helper::Mention if self.style != Style::Chat => {
                let message = "`mention` is for the bodies of chat templates";
                let hint =
                    "in a headline, an e-mail or a text, {{recipient.name}} names the person".to_owned();
                self.report.add(file, Some(call.at), message, Some(hint));
            }
            Helper::Date => self.date(file, call),
            Helper::Plural => self.term(file, call),
            Helper::Len | Helper::Join => self.list(file, call, params),
            Helper::Truncate => {
                let number = call.params.get(1);
                if let Some(Expr::Literal(value, at)) =
                    number.filter(|_| params.get(1) == Some(&Shape::Constant))
                    && value.as_u64().is_none_or(|length| length == 0)
                {
                    self.report.add(file, Some(*at), "the length must be a whole number above 0", None);
                }
            }
            Helper::And
            | Helper::Or
            | Helper::Not
            | Helper::Eq
            | Helper::Gt
            | Helper::Default
            | Helper::Mention => {}
        }
    }

    fn link(&mut self, file: &File, call: &Call) {
        match call.params.first() {
            Some(Expr::Literal(Value::String(name), _)) if self.links.contains_key(name) => {}
            Some(Expr::Literal(Value::String(name), at)) => {
                let hint = report::hint(name, self.links.keys().map(String::as_str));
                let message = format!("there is no [link.{name}] in the configuration");
                self.report.add(file, Some(*at), message, hint);
            }
            Some(other) => {
                let hint = format!("for example {}", call.helper.signature().example);
                self.report.add(file, Some(other.at()), "a link's name stands in quotes", Some(hint));
            }
            None => {}
        }
        if call.helper == Helper::Button && call.option("text").is_none() {
            let hint = format!("for example {}", call.helper.signature().example);
            self.report.add(file, Some(call.at), "a button needs `text=`", Some(hint));
        }
    }

    fn date(&mut self, file: &File, call: &Call) {
        if let Some(Expr::Literal(value, at)) = call.option("format")
            && value.as_str().and_then(DateFormat::named).is_none()
        {
            let hint = report::hint(value.as_str().unwrap_or_default(), DateFormat::NAMES);
            self.report.add(file, Some(*at), "there is no such date format", hint);
        }
        if let Some(Expr::Literal(value, at)) = call.option("tz")
            && value.as_str().is_none_or(|name| TimeZone::get(name).is_err())
        {
            let hint = Some("an IANA name, such as \"Asia/Tokyo\"".to_owned());
            self.report.add(file, Some(*at), "there is no such time zone", hint);
        }
        if let Some(Expr::Literal(value, at)) = call.option("plus")
            && value.as_str().and_then(date::duration).is_none()
        {
            let hint = Some("for example \"90s\", \"10m\", \"72h\" or \"3d\"".to_owned());
            self.report.add(file, Some(*at), "this is no duration", hint);
        }
    }

    fn term(&mut self, file: &File, call: &Call) {
        match call.params.first() {
            Some(Expr::Literal(Value::String(code), at)) => {
                let message = format!("the glossary has no [term.{code}]");
                self.needs.terms.push((code.clone(), report::problem(file, Some(*at), message, None)));
            }
            Some(other) => {
                let hint = Some(format!("for example {}", call.helper.signature().example));
                self.report.add(file, Some(other.at()), "a term stands in quotes", hint);
            }
            None => {}
        }
    }

    fn list(&mut self, file: &File, call: &Call, params: &[Shape]) {
        let (Some(value), Some(shape)) = (call.params.first(), params.first()) else { return };
        let Some(item) = shape.item() else {
            let message =
                format!("`{}` is for lists, and this is {}", call.helper.as_str(), shape.describe());
            return self.report.add(file, Some(value.at()), message, None);
        };
        match call.option("key") {
            Some(Expr::Literal(Value::String(key), at)) if item.part(key).is_none() => {
                let hint = report::hint(key, item.names());
                self.report.add(file, Some(*at), format!("the items of this list have no `{key}`"), hint);
            }
            None if call.helper == Helper::Join && matches!(item, Shape::Object(_)) => {
                let hint = Some("for example {{join sides \", \" key=\"name\"}}".to_owned());
                self.report.add(
                    file,
                    Some(value.at()),
                    "the items of this list have parts: say which with `key=`",
                    hint,
                );
            }
            _ => {}
        }
    }
}

fn count(least: usize, most: usize) -> String {
    let values = |number: usize| match number {
        0 => "no value".to_owned(),
        1 => "1 value".to_owned(),
        _ => format!("{number} values"),
    };
    match (least, most) {
        (least, most) if least == most => values(least),
        (least, usize::MAX) => format!("at least {}", values(least)),
        (least, most) => format!("{least} to {}", values(most)),
    }
}

fn result(helper: Helper, params: &[Shape]) -> Shape {
    match helper {
        Helper::And | Helper::Or | Helper::Not | Helper::Eq | Helper::Gt => Shape::Bool,
        Helper::Len => Shape::Number,
        Helper::Url => Shape::Url,
        Helper::Default => match params {
            [one, other] => one.clone().or(other.clone()),
            _ => Shape::Text,
        },
        Helper::Date
        | Helper::Join
        | Helper::Link
        | Helper::Button
        | Helper::Mention
        | Helper::Plural
        | Helper::Truncate => Shape::Text,
    }
}
