//! What every backend has to do: functions that take a fresh store. A backend runs them all with the macro `contract!`.

pub(crate) mod accept;
pub(crate) mod addressing;
pub(crate) mod people;
pub(crate) mod planning;
pub(crate) mod reports;
pub(crate) mod sending;
