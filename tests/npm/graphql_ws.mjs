// The client of the package graphql-ws: connects, subscribes, and reconnects after the server went away.
//
//   node graphql_ws.mjs WS_URL QUERY [TOKEN]
//
// Prints a line for each thing that happens: `connected`, `reconnected`, `closed CODE`, `tick JSON`, `failed WHY`. Ends when its
// standard input does, with 0 unless the subscription failed.

import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, query, token] = process.argv.slice(2);
if (!url || !query) {
  console.error("usage: node graphql_ws.mjs WS_URL QUERY [TOKEN]");
  process.exit(2);
}

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: token ? { authorization: `Bearer ${token}` } : undefined,
  keepAlive: 1_000,
  // A server that restarts refuses connections for a moment, which the client takes for final unless told otherwise.
  shouldRetry: () => true,
  retryAttempts: 200,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
  on: {
    connected: (_socket, _payload, again) => console.log(again ? "reconnected" : "connected"),
    closed: (event) => console.log(`closed ${event.code}`),
  },
});

client.subscribe(
  { query },
  {
    next: (event) => console.log(`tick ${JSON.stringify(event)}`),
    error: (error) => {
      console.log(`failed ${JSON.stringify(error?.message ?? error)}`);
      process.exit(1);
    },
    complete: () => {},
  },
);

process.stdin.resume();
process.stdin.on("end", async () => {
  await client.dispose();
  process.exit(0);
});
