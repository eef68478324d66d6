//! The endpoint: a thread and a runtime of its own per world, so that it outlives the runtime that
//! started it and is not held up by a caller's paused clock or blocked thread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::StartError;
use crate::dispatch;
use crate::dynamodb::Tables;
use crate::world::World;

/// A running endpoint; dropping it stops the endpoint.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) world: Arc<World>,
    pub(crate) addr: SocketAddr,
    /// The runtime that serves it.
    pub(crate) runtime: Handle,
    /// Closed on drop, which ends the thread.
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// Listens on `addr`, with an empty world behind it.
    pub(crate) async fn start(addr: SocketAddr) -> Result<Self, StartError> {
        let (started, starting) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let run = move || match Builder::new_multi_thread().worker_threads(2).enable_all().build() {
            Ok(runtime) => {
                runtime.block_on(run(addr, started, stopped));
                // Nothing to wait for: the world is gone.
                runtime.shutdown_background();
            }
            Err(error) => drop(started.send(Err(StartError::Thread(error)))),
        };
        std::thread::Builder::new()
            .name("local-aws".to_owned())
            .spawn(run)
            .map_err(StartError::Thread)?;
        let gone = |_| StartError::Thread(std::io::Error::other("the thread ended early"));
        let (world, addr, runtime) = starting.await.map_err(gone)??;
        Ok(Server { world, addr, runtime, _stop: stop })
    }
}

type Started = (Arc<World>, SocketAddr, Handle);

async fn run(
    addr: SocketAddr,
    started: oneshot::Sender<Result<Started, StartError>>,
    stopped: oneshot::Receiver<()>,
) {
    let (listener, world, addr) = match open(addr).await {
        Ok(open) => open,
        Err(error) => return drop(started.send(Err(error))),
    };
    if started.send(Ok((Arc::clone(&world), addr, Handle::current()))).is_err() {
        return;
    }
    tokio::select! {
        () = accept(listener, world) => {}
        _ = stopped => {}
    }
}

async fn open(addr: SocketAddr) -> Result<(TcpListener, Arc<World>, SocketAddr), StartError> {
    let bind = |source| StartError::Bind { addr, source };
    let listener = TcpListener::bind(addr).await.map_err(bind)?;
    let local = listener.local_addr().map_err(bind)?;
    let world = World::new(&endpoint_url(local), Tables::start().await?);
    Ok((listener, Arc::new(world), local))
}

/// The URL that clients of a listener use.
pub(crate) fn endpoint_url(addr: SocketAddr) -> String {
    format!("http://{addr}")
}

async fn accept(listener: TcpListener, world: Arc<World>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, most likely: other connections have to end first.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let world = Arc::clone(&world);
                async move { dispatch::serve(&world, request).await }
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new());
            // A client that goes away is its own business.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn nothing_is_left_of_a_dropped_world() {
        let server = Server::start((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let ports = [server.addr.port(), server.world.dynamodb.port()];
        let open = |port: u16| TcpStream::connect((Ipv4Addr::LOCALHOST, port));
        // Connections that are open keep nothing alive.
        let _connections = ports.map(|port| open(port).unwrap());
        let world = Arc::downgrade(&server.world);
        drop(server);
        let deadline = Instant::now() + Duration::from_secs(10);
        while world.strong_count() > 0 || ports.iter().any(|port| open(*port).is_ok()) {
            assert!(Instant::now() < deadline, "{} holders of the world", world.strong_count());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
