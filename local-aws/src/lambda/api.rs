//! The listener behind `AWS_LAMBDA_RUNTIME_API`.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinSet};

use super::queue::{Door, Function};
use super::runtime;
use crate::StartError;

/// One address of a function's Runtime API; closed on drop.
#[derive(Debug)]
pub(super) struct Listener {
    addr: SocketAddr,
    pub(super) door: Door,
    accepting: AbortHandle,
}

impl Listener {
    /// Opens a free port of `127.0.0.1`, served on `runtime`.
    pub(super) fn open(runtime: &Handle, function: &Arc<Function>) -> Result<Self, StartError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let bind = |source| StartError::Bind { addr: wanted, source };
        let listener = std::net::TcpListener::bind(wanted).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let addr = listener.local_addr().map_err(bind)?;
        let _context = runtime.enter();
        let listener = TcpListener::from_std(listener).map_err(bind)?;
        let door = NEXT.fetch_add(1, Ordering::Relaxed);
        let accepting = runtime.spawn(accept(listener, Arc::clone(function), door));
        Ok(Listener { addr, door, accepting: accepting.abort_handle() })
    }

    /// `host:port`.
    pub(super) fn addr(&self) -> String {
        self.addr.to_string()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, function: Arc<Function>, door: Door) {
    // Aborted together with this task.
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file handles, most likely: other connections have to end first.
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let function = Arc::clone(&function);
        connections.spawn(async move {
            let service = service_fn(|request| {
                let function = Arc::clone(&function);
                async move { runtime::serve(&function, door, request).await }
            });
            let http = hyper::server::conn::http1::Builder::new();
            // A runtime that goes away is seen by the end of its process.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
