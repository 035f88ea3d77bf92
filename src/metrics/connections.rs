//! Websockets and streams of events.

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::{Labels, Metrics};

/// Connections that stay.
#[derive(Debug)]
pub struct Connections {
    open: Family<Labels<1>, Gauge>,
    opened: Family<Labels<1>, Counter>,
    closed: Family<Labels<1, String>, Counter>,
    places: Gauge,
}

/// What they are carried by.
#[derive(Clone, Copy, Debug)]
pub enum Transport {
    WebSocket,
    EventStream,
}

impl Transport {
    fn label(self) -> Labels<1> {
        match self {
            Self::WebSocket => [("transport", "websocket")],
            Self::EventStream => [("transport", "event_stream")],
        }
    }
}

impl Connections {
    pub(super) fn in_registry(registry: &mut Registry) -> Self {
        let connections = Self {
            open: Family::default(),
            opened: Family::default(),
            closed: Family::default(),
            places: Gauge::default(),
        };
        for transport in [Transport::WebSocket, Transport::EventStream] {
            drop(connections.open.get_or_create(&transport.label()));
            drop(connections.opened.get_or_create(&transport.label()));
        }
        for how in ["client", "lost", "made_room"] {
            drop(connections.closed.get_or_create(&[("code", how.to_owned())]));
        }
        registry.register("connections", "Websockets and streams of events that are open", connections.open.clone());
        let help = "Websockets and streams of events that were opened";
        registry.register("connections_opened", help, connections.opened.clone());
        let help = "Websockets that ended: by the code they were closed with, `client`, `lost`, or `made_room`";
        registry.register("sockets_closed", help, connections.closed.clone());
        let help = "Websockets and streams of events that may be open at once";
        registry.register("connections_limit", help, connections.places.clone());
        connections
    }

    /// How many may be open at once.
    pub fn limited_to(&self, places: usize) {
        self.places.set(places as i64);
    }

    /// A websocket ended: with this code if we closed it, by its `client`, it was `lost`, or it `made_room` for another.
    pub fn closed(&self, how: String) {
        self.closed.get_or_create(&[("code", how)]).inc();
    }
}

/// A connection that is open.
pub struct Open(Metrics, Transport);

impl Metrics {
    pub fn open(&self, transport: Transport) -> Open {
        self.connections.opened.get_or_create(&transport.label()).inc();
        self.connections.open.get_or_create(&transport.label()).inc();
        Open(self.clone(), transport)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.open.get_or_create(&self.1.label()).dec();
    }
}
