//! How a server talks, apart from the bytes' way there and back.

/// How a server talks: what it says first, where one thing it hears ends, and what it says to that.
///
/// What it hears in one piece is a *unit*: a command line, a request.
pub trait Dialogue: Send + Sync + 'static {
    /// What it says on being connected to.
    fn greeting(&self) -> Vec<u8> {
        Vec::new()
    }

    /// The length of the first unit in `heard`, or `None` while it is not whole; `before` are the connection's units so far.
    fn unit(&self, heard: &[u8], before: &[Vec<u8>]) -> Option<usize>;

    /// Whether this unit hands the message over, so that from here on it may have been accepted.
    fn hands_over(&self, unit: &[u8]) -> bool;

    /// What it says to a unit.
    fn reply(&self, unit: &[u8]) -> Reply;
}

/// What a server does about a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Says this and listens on.
    Say(Vec<u8>),
    /// Says this and closes the connection.
    SayAndClose(Vec<u8>),
}
