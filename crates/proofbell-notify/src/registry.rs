//! The list of notifier kinds that a program was built with.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::Schema;
use serde_json::Value;

use crate::{ConfigError, DynNotifier, Notifier, Toolkit};

type Build = fn(Value, &Toolkit) -> Result<Arc<dyn DynNotifier>, ConfigError>;

/// The notifier kinds that a program was built with, by the word for each in configuration.
#[derive(Default, Clone)]
pub struct Registry {
    kinds: BTreeMap<&'static str, Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    build: Build,
    schema: fn() -> Schema,
}

/// No notifier of that kind is built in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind `{kind}`; built in are: {known}")]
pub struct UnknownKind {
    /// What was asked for.
    pub kind: String,
    /// What there is, separated by commas.
    pub known: String,
}

impl Registry {
    /// An empty list.
    pub fn new() -> Registry {
        Registry::default()
    }

    /// This list with one more kind on it.
    #[must_use]
    pub fn with<N: Notifier>(mut self) -> Registry {
        self.kinds.insert(N::KIND, Entry { build: build::<N>, schema: || schemars::schema_for!(N::Config) });
        self
    }

    /// The kinds, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.keys().copied()
    }

    /// JSON Schema of a kind's settings.
    ///
    /// # Errors
    /// When there is no such kind.
    pub fn schema(&self, kind: &str) -> Result<Schema, UnknownKind> {
        self.entry(kind).map(|entry| (entry.schema)())
    }

    /// Checks settings and builds the notifier; `settings` is without the host's own keys (`kind`, `limit`, `never_on`, `on_unknown`).
    ///
    /// # Errors
    /// When there is no such kind (path `kind`), or the plugin refuses a setting.
    pub fn build(
        &self,
        kind: &str,
        settings: Value,
        kit: &Toolkit,
    ) -> Result<Arc<dyn DynNotifier>, ConfigError> {
        let entry = self.entry(kind).map_err(|error| ConfigError::at("kind", error.to_string()))?;
        (entry.build)(settings, kit)
    }

    fn entry(&self, kind: &str) -> Result<Entry, UnknownKind> {
        self.kinds.get(kind).copied().ok_or_else(|| UnknownKind {
            kind: kind.to_owned(),
            known: self.kinds().collect::<Vec<_>>().join(", "),
        })
    }
}

fn build<N: Notifier>(settings: Value, kit: &Toolkit) -> Result<Arc<dyn DynNotifier>, ConfigError> {
    let config: N::Config = serde_path_to_error::deserialize(settings).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        ConfigError::at(path, error.into_inner().to_string())
    })?;
    Ok(Arc::new(N::from_config(config, kit)?))
}

#[cfg(test)]
mod tests;
