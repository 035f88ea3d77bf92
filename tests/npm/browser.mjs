// GraphiQL in a real browser with every other host blocked: a typed query answers, and a subscription ticks.
//
//   node browser.mjs URL TOKEN SESSION_ID [SCREENSHOT]
//
// SESSION_ID is a session on air whose viewer count moves. Needs playwright-core and a Chromium at $CHROMIUM or
// /usr/bin/chromium. Prints one line of JSON; on a failure says why on standard error and exits with 1.

import { chromium } from "playwright-core";

const [url, token, sessionId, screenshot] = process.argv.slice(2);
if (!url || !token || !sessionId) {
  console.error("usage: node browser.mjs URL TOKEN SESSION_ID [SCREENSHOT]");
  process.exit(1);
}

const QUERY = "query Typed { liveSessions(first: 1) { edges { node { id } } } }";
const SUBSCRIPTION = `subscription { viewerCount(sessionId: ${JSON.stringify(sessionId)}) { viewers observedAt } }`;

// In milliseconds: for a step of the page, and for the viewer count to move twice at whatever pace Shopee is asked.
const PATIENCE = 20_000;
const TICKS_PATIENCE = 60_000;

const origin = new URL(url).origin;
const seen = { requests: 0, sockets: 0, blocked: [], failed: [], consoleErrors: [], policyViolations: [] };

class Failure extends Error {}

function check(holds, sentence) {
  if (!holds) throw new Failure(sentence);
}

/** Waits for a step, and says in a sentence which one did not happen. */
async function within(step, sentence) {
  try {
    return await step;
  } catch (cause) {
    throw new Failure(`${sentence} (${String(cause.message).split("\n")[0]})`);
  }
}

async function watch(page) {
  await page.context().route("**/*", (route) => {
    seen.requests += 1;
    const address = route.request().url();
    if (new URL(address).origin === origin) return route.continue();
    seen.blocked.push(address);
    return route.abort();
  });
  // A socket is not a request to be routed; one to another host counts as one that got out.
  page.on("websocket", (socket) => {
    seen.sockets += 1;
    if (new URL(socket.url().replace(/^ws/, "http")).origin !== origin) seen.blocked.push(socket.url());
  });
  page.on("response", (response) => {
    if (response.status() >= 400) seen.failed.push(`${response.status()} ${response.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error") seen.consoleErrors.push(message.text());
  });
  page.on("pageerror", (error) => seen.consoleErrors.push(String(error)));
  await page.exposeFunction("reportPolicyViolation", (violation) => seen.policyViolations.push(violation));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      window.reportPolicyViolation(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
}

/**
 * Replaces the operation by typing, as a person would; the editor closes brackets and quotes itself. GraphiQL takes a moment
 * to understand what was typed, and then the tab's title says so.
 */
async function type(page, operation, title) {
  await page.locator(".graphiql-query-editor .CodeMirror").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  await page.keyboard.type(operation, { delay: 5 });
  await page.keyboard.press("Escape");
  const written = await page.evaluate(() => document.querySelector(".graphiql-query-editor .CodeMirror").CodeMirror.getValue());
  check(written === operation, `The editor holds ${written} after typing ${operation}`);
  const active = page.locator(".graphiql-tab-active", { hasText: title });
  await within(active.waitFor({ timeout: PATIENCE }), `GraphiQL did not understand ${operation}`);
}

function answer(page) {
  return page.evaluate(() => document.querySelector(".graphiql-response .CodeMirror").CodeMirror.getValue());
}

async function waitForAnswer(page, text, sentence) {
  const shown = (text) => document.querySelector(".graphiql-response .CodeMirror").CodeMirror.getValue().includes(text);
  const waiting = page.waitForFunction(shown, text, { timeout: PATIENCE });
  await within(waiting, sentence).catch(async (failure) => {
    throw new Failure(`${failure.message}; the answer pane holds: ${await answer(page)}`);
  });
}

/** Reads the answer pane until it has shown three different times of observation, that is until it changed twice. */
async function watchTicks(page) {
  const ticks = new Map();
  const deadline = Date.now() + TICKS_PATIENCE;
  while (ticks.size < 3) {
    const text = await answer(page);
    check(Date.now() < deadline, `The subscription showed ${ticks.size} of 3 states; the answer pane holds: ${text}`);
    const [, observedAt] = /"observedAt": "([^"]+)"/.exec(text) ?? [];
    const [, viewers] = /"viewers": (\d+)/.exec(text) ?? [];
    if (observedAt) ticks.set(observedAt, Number(viewers));
    await page.waitForTimeout(50);
  }
  return [...ticks].map(([observedAt, viewers]) => ({ observedAt, viewers }));
}

async function explore(page) {
  const start = Date.now();
  await within(page.goto(`${url}#token=${encodeURIComponent(token)}`), `${url} does not answer`);
  await within(page.waitForSelector(".graphiql-query-editor .CodeMirror", { timeout: PATIENCE }), "GraphiQL did not appear");
  const ready = Date.now() - start;
  check(!page.url().includes("token"), "The token is still in the address bar");
  await within(
    page.waitForSelector(".graphiql-spinner", { state: "detached", timeout: PATIENCE }),
    "GraphiQL is still reading the schema",
  );
  const tabs = await page.locator(".graphiql-tab").count();

  await type(page, QUERY, "Typed");
  await page.keyboard.press("ControlOrMeta+Enter");
  await waitForAnswer(page, '"liveSessions"', "The typed query did not answer");
  const answered = await answer(page);
  check(!answered.includes('"errors"'), `The typed query failed: ${answered}`);

  await type(page, SUBSCRIPTION, "<untitled>");
  await page.click('button[aria-label^="Prettify"]');
  await page.click(".graphiql-execute-button");
  await waitForAnswer(page, '"observedAt"', "The subscription did not start");
  const ticks = await watchTicks(page);
  if (screenshot) await page.screenshot({ path: screenshot });
  await page.click(".graphiql-execute-button");

  const kept = await page.evaluate((token) => Object.entries(localStorage).filter(([, value]) => value.includes(token)), token);
  check(kept.length === 0, `The token outlives the browser tab, in ${kept.map(([key]) => key)}`);
  return { readyMilliseconds: ready, tabs, ticks };
}

function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

let browser;
try {
  browser = await within(launch(), "Chromium does not start; set CHROMIUM to its path");
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await watch(page);
  const result = await explore(page);
  check(seen.sockets > 0, "The subscription opened no websocket");
  for (const [what, list] of Object.entries(seen).filter(([, list]) => Array.isArray(list))) {
    check(list.length === 0, `Expected no ${what}, but there was: ${list.join("; ")}`);
  }
  console.log(JSON.stringify({ url, ...result, ...seen }));
} catch (failure) {
  console.log(JSON.stringify({ url, failure: failure.message, ...seen }));
  console.error(failure instanceof Failure ? failure.message : failure);
  process.exitCode = 1;
} finally {
  await browser?.close();
}
