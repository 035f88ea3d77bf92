// The audit of the specification "GraphQL over HTTP" by the package graphql-http.
//
//   node audit.mjs URL [TOKEN]
//
// Prints each rule that is not kept, and one line of summary. Exits with 1 if a MUST is not kept.

import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);
if (!url) {
  console.error("usage: node audit.mjs URL [TOKEN]");
  process.exit(2);
}

function request(target, init = {}) {
  const headers = new Headers(init.headers);
  if (token) headers.set("authorization", `Bearer ${token}`);
  return fetch(target, { ...init, headers });
}

const failed = { MUST: [], SHOULD: [], MAY: [] };
const audits = serverAudits({ url, fetchFn: request });
for (const audit of audits) {
  const result = await audit.fn();
  // Unread bodies would keep the connections open.
  await result.response?.body?.cancel().catch(() => {});
  if (result.status === "ok") continue;
  const level = audit.name.match(/^(MUST|SHOULD)/)?.[0] ?? "MAY";
  failed[level].push(audit.id);
  console.log(`${audit.id} ${audit.name}: ${result.reason}`);
}

const ids = [...failed.MUST, ...failed.SHOULD, ...failed.MAY];
const list = ids.length ? ` (${ids.join(", ")})` : "";
console.log(
  `MUST failed: ${failed.MUST.length}, SHOULD failed: ${failed.SHOULD.length}, ` +
    `MAY failed: ${failed.MAY.length} of ${audits.length} rules${list}`,
);
process.exit(failed.MUST.length ? 1 : 0);
