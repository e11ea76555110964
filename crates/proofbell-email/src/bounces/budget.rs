//! A stream that gives no more than was agreed: whatever a server sends or announces, it does not fill the memory.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::literals::Literals;

/// A stream from which only so many bytes can be read.
#[derive(Debug)]
pub(super) struct Budget<S> {
    inner: S,
    left: usize,
    literals: Literals,
}

impl<S> Budget<S> {
    /// A stream from which nothing can be read yet.
    pub(super) fn new(inner: S) -> Budget<S> {
        Budget { inner, left: 0, literals: Literals::default() }
    }

    /// From now on so many bytes can be read, whatever was left.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.left = bytes;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Budget<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let Budget { inner, left, literals } = &mut *self;
        ready!(Pin::new(inner).poll_read(cx, buf))?;
        Poll::Ready(literals.follow(&buf.filled()[before..], left))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Budget<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
