// How to reach Yaqut: one client for the life of the program, which balances, retries, keeps alive and says who calls.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const SERVICE = "yaqut.v1.GazetteerService";
const CONTRACT = fileURLToPath(new URL("../../proto", import.meta.url));

// https://grpc.io/docs/guides/service-config: the same in every language.
const SERVICE_CONFIG = {
  // A connection to every address of the name, and calls to each in turn. The default, pick_first, leaves all but one
  // server idle.
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{ service: SERVICE }],
      // Every call only reads, so any of them may be sent again. A server that drains or has gone is UNAVAILABLE: the
      // next attempt meets another one. RESOURCE_EXHAUSTED says itself when to come back: see calls.mjs.
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: "0.05s",
        maxBackoff: "1s",
        backoffMultiplier: 2,
        retryableStatusCodes: ["UNAVAILABLE"],
      },
    },
  ],
  // When more than about one call in ten fails, retries stop: they would only add to the load.
  retryThrottling: { maxTokens: 100, tokenRatio: 0.1 },
};

const CHANNEL_OPTIONS = {
  "grpc.service_config": JSON.stringify(SERVICE_CONFIG),
  // A server that vanished without a word is noticed within 25 s, also between calls.
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 5_000,
  "grpc.keepalive_permit_without_calls": 1,
  // Back at a server that was restarted within a second, rather than after up to two minutes.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  // Servers that were added or replaced are found when a connection ends: ask the DNS again soon.
  "grpc.dns_min_time_between_resolutions_ms": 5_000,
};

/**
 * A client of the service.
 *
 * @param {string} target `dns:///HOST:PORT`, or `ipv4:ADDRESS:PORT,…`
 * @param {{ca?: string, cert?: string, key?: string, tokenFile?: string}} proof files in PEM: whose certificates are
 *   trusted, our own with its key, and a bearer token. Without `ca` nothing is encrypted.
 */
export function connect(target, proof = {}) {
  const files = { keepCase: false, longs: Number, enums: String, defaults: true, includeDirs: [CONTRACT] };
  const contract = grpc.loadPackageDefinition(loadSync("yaqut/v1/gazetteer_service.proto", files));
  return new contract.yaqut.v1.GazetteerService(target, credentials(proof), CHANNEL_OPTIONS);
}

function credentials({ ca, cert, key, tokenFile }) {
  if (ca === undefined) {
    if (tokenFile !== undefined || cert !== undefined) {
      throw new Error("a token or a client certificate needs TLS: give the CA too");
    }
    return grpc.credentials.createInsecure();
  }
  const read = (path) => (path === undefined ? null : readFileSync(path));
  const tls = grpc.credentials.createSsl(read(ca), read(key), read(cert));
  return tokenFile === undefined ? tls : grpc.credentials.combineChannelCredentials(tls, bearer(tokenFile));
}

/** A bearer token, read for every call: it may be replaced while we run. */
function bearer(path) {
  return grpc.credentials.createFromMetadataGenerator((_, callback) => {
    readFile(path, "utf8").then((token) => {
      const metadata = new grpc.Metadata();
      metadata.set("authorization", `Bearer ${token.trim()}`);
      callback(null, metadata);
    }, callback);
  });
}
