//! Yardsticks: servers on the node's HTTP library whose handlers do the least that a node would
//! have to do. They run in a process of their own and say where they listen.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use actix_web::{App, HttpResponse, HttpServer, web};
use tangle::{NetworkId, SignedBlock};
use tokio::sync::oneshot;

use super::goods::{lot, scan};
use crate::Scratch;

/// Worker threads, as the node has.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get)
}

fn listener() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!(
        "listening on {}",
        listener.local_addr().expect("an address")
    );
    listener
}

/// One look-up of a scan.
pub(crate) fn verify(packs: usize) {
    type Table = HashMap<String, String>;
    async fn handler(body: web::Bytes, table: web::Data<Table>) -> HttpResponse {
        let asked: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let scan = asked["scan"].as_str().unwrap_or_default();
        match table.get(scan) {
            Some(lot) => HttpResponse::Ok().json(serde_json::json!({ "lot": lot })),
            None => HttpResponse::NotFound().finish(),
        }
    }
    let table: Table = (0..packs).map(|pack| (scan(pack), lot(pack))).collect();
    let table = web::Data::new(table);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(table.clone())
            .route("/api/v1/verify", web::post().to(handler))
    });
    let server = server
        .workers(workers())
        .listen(listener())
        .expect("listens");
    actix_web::rt::System::new()
        .block_on(server.run())
        .expect("serves");
}

/// A block on its way to disk, and who waits.
type Waiting = (Vec<u8>, oneshot::Sender<()>);

/// A signature check, and one sync for all who wait.
pub(crate) fn blocks() {
    type Shared = (SyncSender<Waiting>, Arc<OnceLock<NetworkId>>);
    async fn hello(body: String, shared: web::Data<Shared>) -> HttpResponse {
        let _told = shared.1.set(body.parse().expect("a network"));
        HttpResponse::Ok().finish()
    }
    async fn handler(body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
        let network = shared.1.get().expect("it was told");
        let block = SignedBlock::decode(&body).expect("a block");
        if block.verify(network).is_err() {
            return HttpResponse::BadRequest().finish();
        }
        let (reply, durable) = oneshot::channel();
        // Without a place in the queue the reply is dropped, and says so.
        let _full = shared.0.try_send((body.to_vec(), reply));
        match durable.await {
            Ok(()) => HttpResponse::Ok().body("{\"status\":\"recorded\"}"),
            Err(_) => HttpResponse::ServiceUnavailable().finish(),
        }
    }
    let scratch = Scratch::new("bare");
    let file = File::create(scratch.0.join("log")).expect("a file");
    let (send, receive) = sync_channel(4_096);
    std::thread::spawn(move || write(file, &receive));
    let shared: web::Data<Shared> = web::Data::new((send, Arc::default()));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .route("/network", web::post().to(hello))
            .route("/api/v1/blocks", web::post().to(handler))
    });
    let server = server
        .workers(workers())
        .listen(listener())
        .expect("listens");
    actix_web::rt::System::new()
        .block_on(server.run())
        .expect("serves");
}

fn write(mut file: File, queue: &Receiver<Waiting>) {
    while let Ok(first) = queue.recv() {
        let group: Vec<Waiting> = std::iter::once(first).chain(queue.try_iter()).collect();
        let bytes: Vec<u8> = group.iter().flat_map(|(block, _)| block.clone()).collect();
        file.write_all(&bytes).expect("writes");
        file.sync_data().expect("syncs");
        for (_, reply) in group {
            let _gone = reply.send(());
        }
    }
}
