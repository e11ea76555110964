//! `[link.NAME]`

use std::collections::BTreeMap;

use proofbell_engine::Link;
use serde_json::{Map, Value};

use crate::reader::{At, Scope};

const STAND_IN: &str = "https://assumed.invalid/";

/// A link, and where it has its name.
pub(crate) struct Read {
    pub(crate) name: At<String>,
    pub(crate) link: Link,
}

pub(crate) fn read(root: &Scope<'_>, vars: &Map<String, Value>) -> BTreeMap<String, Read> {
    let mut links = BTreeMap::new();
    for (name, scope) in root.named("link") {
        scope.require("url", "url = \"https://market.example/items/{reference_id}\"");
        let link = scope.parsed("url", "a link", |url| Link::parse(url, vars)).map(|link| link.value);
        // Templates may name a link whose URL is wrong: that is told once, and not for each of them.
        links.extend(
            link.or_else(|| Link::parse(STAND_IN, vars).ok())
                .map(|link| (name.value.clone(), Read { name, link })),
        );
        scope.finish();
    }
    links
}
