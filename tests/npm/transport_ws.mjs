// The client of the package subscriptions-transport-ws, whose subprotocol is called graphql-ws: subscribes, and reconnects after the
// server went away.
//
//   node transport_ws.mjs WS_URL QUERY [TOKEN]
//
// Prints a line for each thing that happens: `connected`, `reconnected`, `tick JSON`, `complete`, `failed WHY`. Ends when its
// standard input does, with 0 unless the subscription failed.

import transport from "subscriptions-transport-ws";
import WebSocket from "ws";

const [url, query, token] = process.argv.slice(2);
if (!url || !query) {
  console.error("usage: node transport_ws.mjs WS_URL QUERY [TOKEN]");
  process.exit(2);
}

const options = {
  reconnect: true,
  minTimeout: 30_000,
  connectionParams: token ? { authorization: `Bearer ${token}` } : {},
};
const client = new transport.SubscriptionClient(url, options, WebSocket);
client.onConnected(() => console.log("connected"));
client.onReconnected(() => console.log("reconnected"));
client.onError(() => {});

client.request({ query }).subscribe({
  next: (event) => console.log(`tick ${JSON.stringify(event)}`),
  error: (error) => {
    console.log(`failed ${JSON.stringify(error?.message ?? error)}`);
    process.exit(1);
  },
  complete: () => console.log("complete"),
});

process.stdin.resume();
process.stdin.on("end", () => {
  client.close();
  process.exit(0);
});
