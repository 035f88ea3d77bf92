//! Where a request comes from: the peer of its connection, or what proxies that the operator trusts say in `X-Forwarded-For`.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

use super::patient::Peer;

/// The address of whoever sent a request; `None` where the connection does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClientAddress(pub(super) Option<IpAddr>);

/// Notes the request's [`ClientAddress`].
pub(super) async fn note(State(proxies): State<Vec<IpNet>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|info| info.0.0.ip());
    let address = peer.map(|peer| client(peer, request.headers(), &proxies));
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

/// The last address that no trusted proxy has: whatever stands before it in the header, a client may have made up.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(&address));
    let values = headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
    let forwarded: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut address = peer.to_canonical();
    for entry in forwarded.into_iter().rev() {
        let Some(next) = address_of(entry) else { break };
        if !trusted(address) {
            break;
        }
        address = next.to_canonical();
    }
    address
}

/// Some proxies tell the port too.
fn address_of(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse().ok().map(|address: SocketAddr| address.ip());
    entry.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let headers = forwarded
            .iter()
            .map(|value| (axum::http::HeaderName::from_static("x-forwarded-for"), value.parse().unwrap()));
        let headers: HeaderMap = HeaderMap::from_iter(headers);
        let proxies: Vec<IpNet> = proxies.iter().map(|network| network.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn nobody_is_believed_unless_trusted() {
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"], &[]), "203.0.113.7");
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.7");
        assert_eq!(seen("::ffff:203.0.113.7", &[], &[]), "203.0.113.7");
    }

    #[test]
    fn the_last_untrusted_address_counts() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, 198.51.100.1"], &proxies), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4", "198.51.100.1, 10.9.9.9"], &proxies), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1:40000"], &proxies), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]:40000"], &proxies), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, nonsense"], &proxies), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[], &proxies), "10.0.0.1");
    }
}
