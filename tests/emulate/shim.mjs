/*
 * Starts the Slack of the package "emulate" in this process and prints its address.
 *
 * As published it cannot be used with Slack's own SDK for Python, and brings events to nobody (facts on Slack, §1):
 * reads come as GET where it knows POST, arguments stand in the address or in a form where it reads JSON, and its
 * webhooks have no way in. What is added here is only that.
 *
 *   node shim.mjs <folder of node_modules> <seed as JSON>
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , modules, seed] = process.argv;
const dist = join(modules, "emulate", "dist");
const load = (file) => import(pathToFileURL(join(dist, file)).href);

// The file's name is a digest; it is the one that serves this method.
const named = readdirSync(dist).find(
  (file) => file.endsWith(".js") && readFileSync(join(dist, file), "utf8").includes('"/api/chat.postMessage"'),
);
const { slackPlugin } = await load(named);
const register = slackPlugin.register;

slackPlugin.register = (app, store, webhooks, baseUrl, tokens) => {
  app.post("/deliver-to", async (context) => {
    const { url } = await context.req.json();
    webhooks.register({ url, events: ["*"], active: true, owner: "slack" });
    return context.json({ ok: true });
  });
  register(app, store, webhooks, baseUrl, tokens);
  const answer = app.fetch;
  app.fetch = async (request) => {
    const address = new URL(request.url);
    if (!address.pathname.startsWith("/api/")) return answer(request);
    const asked = { ...Object.fromEntries(address.searchParams), ...(await said(request)) };
    delete asked.token;
    address.search = "";
    const headers = new Headers(request.headers);
    headers.set("content-type", "application/json");
    headers.delete("content-length");
    return answer(new Request(address, { method: "POST", headers, body: JSON.stringify(asked) }));
  };
};

const YES_OR_NO = /^(exclude_|include_|inclusive$|is_|link_names$|return_im$|unfurl_)/;

async function said(request) {
  const text = request.method === "GET" ? "" : await request.text();
  if (!text) return {};
  if ((request.headers.get("content-type") ?? "").includes("json")) return JSON.parse(text);
  const form = Object.fromEntries(new URLSearchParams(text));
  for (const [name, value] of Object.entries(form)) {
    if (YES_OR_NO.test(name)) form[name] = value === "1" || value === "true";
    else if (value.startsWith("[") || value.startsWith("{")) form[name] = JSON.parse(value);
  }
  return form;
}

const { createEmulator } = await load("api.js");
const port = Number(process.env.PORT);
const emulator = await createEmulator({ service: "slack", port, hostname: "127.0.0.1", seed: { slack: JSON.parse(seed) } });
console.log(emulator.url);
process.on("SIGTERM", () => emulator.close().then(() => process.exit(0)));
