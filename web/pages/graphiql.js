// GraphiQL on this gateway: queries over HTTP, subscriptions over graphql-transport-ws, both signed in by the Headers editor.
"use strict";

(() => {
  const options = JSON.parse(document.getElementById("options").textContent);
  const place = document.getElementById("graphiql");
  const { React, ReactDOM, GraphiQL, graphqlWs } = window;
  if (!React || !ReactDOM || !GraphiQL || !graphqlWs) {
    place.textContent = "GraphiQL's files did not load. Without them in the gateway (see web/README.md), the page needs the internet.";
    return;
  }

  // --- Who asks -------------------------------------------------------------------------------------------------------

  // Headers stay in this browser tab: they survive a reload and nothing else.
  const HEADERS = "live-gateway:headers";

  /** The token of `#token=…`, taken out of the address bar so that it is neither shared nor bookmarked. */
  function takeTokenFromAddress() {
    const token = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get("token");
    if (token !== null) history.replaceState(null, "", location.pathname + location.search);
    return token;
  }

  /** What stands in the Headers editor, as an object; nothing while it is incomplete. */
  function parseHeaders(text) {
    try {
      const headers = JSON.parse(text);
      return typeof headers === "object" && headers !== null ? headers : {};
    } catch {
      return {};
    }
  }

  function authorization(headers) {
    const name = Object.keys(headers ?? {}).find((name) => name.toLowerCase() === "authorization");
    return name && headers[name];
  }

  const token = takeTokenFromAddress() ?? options.token;
  const initialHeaders = token
    ? JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2)
    : (sessionStorage.getItem(HEADERS) ?? "");
  // A new link pasted over the open page changes its fragment only.
  addEventListener("hashchange", () => location.hash.includes("token=") && location.reload());

  const signIn = document.getElementById("sign-in");
  let dismissed = false;
  signIn.querySelector("button").addEventListener("click", () => {
    dismissed = true;
    signIn.hidden = true;
  });

  // --- How it asks ----------------------------------------------------------------------------------------------------

  const failure = (message) => ({ errors: [{ message }] });

  /** Sends a query or mutation. Whatever comes back is shown as a GraphQL answer, never as a stack trace. */
  async function post(operation, headers) {
    let response;
    try {
      response = await fetch(options.endpoint, {
        method: "POST",
        headers: {
          accept: "application/graphql-response+json, application/json;q=0.9",
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify(operation),
      });
    } catch (cause) {
      return failure(`The gateway cannot be reached: ${cause.message}`);
    }
    if (response.status === 401) signIn.hidden = false;
    const body = await response.text();
    try {
      return JSON.parse(body);
    } catch {
      const status = `${response.status} ${response.statusText}`.trim();
      return failure(`The gateway answered ${status}${body ? `: ${body.slice(0, 500)}` : ", with an empty body"}`);
    }
  }

  let subscriptionHeaders = {};
  let subscriptions = 0;
  const connection = document.getElementById("connection");
  const client = graphqlWs.createClient({
    url: new URL(options.subscriptionPath, location.href).href.replace(/^http/, "ws"),
    lazy: true,
    connectionParams() {
      const credential = authorization(subscriptionHeaders);
      return credential ? { authorization: credential } : {};
    },
    // For ever, at first within a second and at last every half minute: a watched number shall come back with the gateway.
    retryAttempts: Infinity,
    retryWait: (retries) => {
      const seconds = Math.min(2 ** retries, 30) * (0.5 + Math.random() / 2);
      return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    },
    // The socket failed or was closed. Being refused is an answer, though, which asking again does not change.
    shouldRetry: (event) => event instanceof Event && event.code !== 4403,
    on: {
      closed() {
        connection.hidden = subscriptions === 0;
      },
      connected() {
        connection.hidden = true;
      },
    },
  });

  /** Why a subscription ended, as a GraphQL answer. */
  function ending(cause) {
    if (Array.isArray(cause)) return { errors: cause };
    if (!(cause instanceof CloseEvent)) return failure(cause.message ?? "The connection to the gateway failed");
    if (cause.code === 4401 || cause.code === 4403) signIn.hidden = false;
    return failure(`The gateway closed the connection: ${cause.code} ${cause.reason}`.trim());
  }

  /** A subscription in the form that GraphiQL takes for an observable. */
  function subscribe(operation, headers) {
    return {
      subscribe(observer) {
        subscriptionHeaders = headers;
        subscriptions += 1;
        let open = true;
        // Once only, and at once when somebody presses stop: the client completes a subscription after its next attempt to
        // connect, by when GraphiQL may be showing another one.
        const end = () => {
          if (!open) return false;
          open = false;
          subscriptions -= 1;
          if (subscriptions === 0) connection.hidden = true;
          return true;
        };
        const unsubscribe = client.subscribe(operation, {
          next: (result) => open && observer.next(result),
          error(cause) {
            if (open) observer.next(ending(cause));
            if (end()) observer.complete();
          },
          complete: () => end() && observer.complete(),
        });
        return {
          unsubscribe() {
            end();
            unsubscribe();
          },
        };
      },
    };
  }

  function isSubscription(document, operationName) {
    const operations = document?.definitions.filter((definition) => definition.kind === "OperationDefinition") ?? [];
    const chosen = operations.find((operation) => operation.name?.value === operationName) ?? operations[0];
    return chosen?.operation === "subscription";
  }

  // --- GraphiQL -------------------------------------------------------------------------------------------------------

  // GraphiQL's history keeps headers whatever it is told, so only what is known to hold none outlives the browser tab. The
  // prefix keeps apart the GraphiQLs of other projects on the same port.
  const LASTING = new Set(["graphiql:query", "graphiql:variables", "graphiql:tabState", "graphiql:theme"]);
  const home = (key) => (LASTING.has(key) ? localStorage : sessionStorage);
  const storage = {
    getItem: (key) => home(key).getItem(`live-gateway:${key}`),
    setItem: (key, value) => home(key).setItem(`live-gateway:${key}`, value),
    removeItem: (key) => home(key).removeItem(`live-gateway:${key}`),
    clear() {
      for (const store of [localStorage, sessionStorage]) {
        Object.keys(store).filter((key) => key.startsWith("live-gateway:")).forEach((key) => store.removeItem(key));
      }
    },
    get length() {
      return localStorage.length + sessionStorage.length;
    },
  };

  // The last headers with a credential: for tabs that have none yet, and for the schema, which GraphiQL reads before its own
  // Headers editor is there.
  let knownHeaders = initialHeaders;
  let schemaKnown = false;
  let schemaAskedBy;
  const onSchemaChange = () => {
    schemaKnown = true;
  };

  // A new function each time: GraphiQL reads the schema again when its fetcher is another one.
  const newFetcher = () => (operation, { headers, documentAST } = {}) => {
    if (operation.operationName === "IntrospectionQuery") {
      headers ??= parseHeaders(knownHeaders);
      schemaAskedBy = authorization(headers);
    }
    return isSubscription(documentAST, operation.operationName) ? subscribe(operation, headers) : post(operation, headers);
  };

  function Explorer() {
    const [headers, setHeaders] = React.useState(initialHeaders);
    const [fetcher, setFetcher] = React.useState(newFetcher);
    const signedIn = authorization(parseHeaders(headers));
    if (signedIn) knownHeaders = headers;

    React.useEffect(() => {
      if (!signedIn) return undefined;
      sessionStorage.setItem(HEADERS, headers);
      if (schemaKnown || schemaAskedBy === signedIn) return undefined;
      const typed = setTimeout(() => setFetcher(newFetcher), 500);
      return () => clearTimeout(typed);
    }, [headers, signedIn]);
    React.useEffect(() => {
      signIn.hidden = dismissed || Boolean(signedIn);
    }, [signedIn]);

    return React.createElement(
      GraphiQL,
      {
        fetcher,
        storage,
        onSchemaChange,
        shouldPersistHeaders: false,
        defaultTabs: options.tabs,
        defaultHeaders: knownHeaders,
        onEditHeaders: setHeaders,
        defaultEditorToolsVisibility: initialHeaders ? "variables" : "headers",
      },
      React.createElement(GraphiQL.Logo, null, "live-gateway"),
    );
  }

  /** Puts a session that is on air, and its studio, into the examples that want one, so that they run as they are. */
  async function fillIn() {
    const variables = (tab) => parseHeaders(tab.variables ?? "");
    const wanting = options.tabs.filter((tab) => Object.values(variables(tab)).includes(""));
    const credential = authorization(parseHeaders(initialHeaders));
    if (!credential || wanting.length === 0) return;
    const query = "{ liveSessions(first: 1, filter: { status: [ON_AIR] }) { nodes { sessionId studio { id } } } }";
    const late = new Promise((resolve) => setTimeout(resolve, 1000));
    const answer = await Promise.race([post({ query }, { Authorization: credential }), late]);
    const session = answer?.data?.liveSessions?.nodes?.[0];
    const known = { sessionId: session?.sessionId, studioId: session?.studio.id };
    for (const tab of session ? wanting : []) {
      const filled = Object.entries(variables(tab)).map(([name, value]) => [name, value || known[name] || value]);
      tab.variables = JSON.stringify(Object.fromEntries(filled), null, 2);
    }
  }

  fillIn().finally(() => ReactDOM.createRoot(place).render(React.createElement(Explorer)));
})();
