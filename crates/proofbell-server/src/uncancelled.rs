//! Work that goes on when nobody waits for it any more.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Work that goes on in the background when whoever waited for it goes away.
///
/// hyper drops a request's future as soon as it sees that the client is gone. What has begun to change something must
/// come to its end all the same. A task for each request would do that too, and would cost each one a detour over
/// another task; here only those whose client is gone pay.
pub(crate) struct Uncancelled<T: Send + 'static> {
    /// Absent once the work has ended, well or in a panic.
    work: Option<Work<T>>,
}

impl<T: Send + 'static> Uncancelled<T> {
    pub(crate) fn new(work: impl Future<Output = T> + Send + 'static) -> Uncancelled<T> {
        Uncancelled { work: Some(Box::pin(work)) }
    }
}

impl<T: Send + 'static> Future for Uncancelled<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // A future is not polled again after it was ready, as for all futures; pending is the harmless answer.
        let Some(mut work) = self.work.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(cx);
        if polled.is_pending() {
            self.work = Some(work);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Uncancelled<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_ends_whether_it_is_waited_for_or_not() {
        assert_eq!(Uncancelled::new(async { 7 }).await, 7);

        let (go_on, gone_on) = oneshot::channel::<()>();
        let (end, ended) = oneshot::channel();
        let work = Uncancelled::new(async move {
            gone_on.await.unwrap();
            end.send("ended").unwrap();
        });
        assert!(tokio::time::timeout(Duration::from_millis(1), work).await.is_err());
        go_on.send(()).unwrap();
        assert_eq!(ended.await, Ok("ended"));
    }
}
