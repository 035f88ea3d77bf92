// Apollo's client with automatic persisted queries.
//
//   node apollo_client.mjs URL QUERY GET|POST
//
// Asks the same twice, and prints for each request that it makes whether the document was in it, and then the data.

import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client/core";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";

const [url, query, method] = process.argv.slice(2);
if (!method) {
  console.error("usage: node apollo_client.mjs URL QUERY GET|POST");
  process.exit(2);
}

function observed(target, init) {
  const whole = String(target).includes("query=") || (init.body ?? "").includes('"query"');
  console.log(`${init.method} ${whole ? "whole" : "hash"}`);
  return fetch(target, init);
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: method === "GET" });
const link = ApolloLink.from([persisted, new HttpLink({ uri: url, fetch: observed })]);
const client = new ApolloClient({ link, cache: new InMemoryCache() });
for (let time = 0; time < 2; time++) {
  const { data } = await client.query({ query: gql(query), fetchPolicy: "no-cache" });
  console.log(JSON.stringify(data));
}
