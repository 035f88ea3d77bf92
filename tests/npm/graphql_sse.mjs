// The client of the package graphql-sse, in distinct connections mode: subscribes, and connects again after the server went away.
//
//   node graphql_sse.mjs HTTP_URL QUERY [TOKEN]
//
// Prints a line for each thing that happens: `connected`, `reconnected`, `tick JSON`, `complete`, `failed WHY`. Ends when its
// standard input does, with 0 unless the subscription failed.

import { createClient } from "graphql-sse";

const [url, query, token] = process.argv.slice(2);
if (!url || !query) {
  console.error("usage: node graphql_sse.mjs HTTP_URL QUERY [TOKEN]");
  process.exit(2);
}

const client = createClient({
  url,
  headers: token ? { authorization: `Bearer ${token}` } : undefined,
  retryAttempts: 200,
  retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
  on: { connected: (again) => console.log(again ? "reconnected" : "connected") },
});

client.subscribe(
  { query },
  {
    next: (event) => console.log(`tick ${JSON.stringify(event)}`),
    error: (error) => {
      console.log(`failed ${JSON.stringify(error?.message ?? error)}`);
      process.exit(1);
    },
    complete: () => console.log("complete"),
  },
);

process.stdin.resume();
process.stdin.on("end", () => {
  client.dispose();
  process.exit(0);
});
