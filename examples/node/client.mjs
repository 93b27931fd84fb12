// Asks Yaqut for the IDs of names, given as arguments or a line each on standard input.
//
//     node client.mjs resolve وأردوغان Pyongyang
//     node client.mjs --target dns:///yaqut.example:50051 stream < names.txt > ids.tsv

import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import grpc from "@grpc/grpc-js";

import { call, stream } from "./calls.mjs";
import { connect } from "./connection.mjs";

// The answer that the caller needs, and no more: one candidate.
const OPTIONS = { limit: 1 };
const BATCH_SIZE = 500;

const HOW = {
  /** A call for each name: what to do when names come one at a time. */
  async *resolve(client, names) {
    for await (const name of names) {
      yield (await call(client, "resolveName", { name, options: OPTIONS })).resolution;
    }
  },

  /** A call for each few hundred names: ten times cheaper, and each is short enough to be retried. */
  async *batch(client, names) {
    for await (const queries of inBatches(names)) {
      yield* (await call(client, "batchResolveNames", { queries, options: OPTIONS })).resolutions;
    }
  },

  /** One call for a list of any length: chunks go out while answers come in, as fast as they are read. */
  async *stream(client, names) {
    for await (const answer of stream(client, "streamResolveNames", chunks(names))) yield* answer.resolutions;
  },
};

async function* chunks(names) {
  for await (const queries of inBatches(names)) yield { queries, options: OPTIONS };
}

async function* inBatches(names) {
  let queries = [];
  for await (const name of names) {
    queries.push({ name });
    if (queries.length === BATCH_SIZE) {
      yield queries;
      queries = [];
    }
  }
  if (queries.length > 0) yield queries;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      target: { type: "string", default: "localhost:50051" },
      ca: { type: "string" },
      cert: { type: "string" },
      key: { type: "string" },
      "token-file": { type: "string" },
    },
  });
  const [how, ...given] = positionals;
  if (!Object.hasOwn(HOW, how ?? "")) {
    throw new Error("usage: client.mjs [--target T] [--ca F] [--cert F --key F] [--token-file F] resolve|batch|stream [NAME…]");
  }

  const { target, ca, cert, key, "token-file": tokenFile } = values;
  const client = connect(target, { ca, cert, key, tokenFile });
  const names = given.length > 0 ? given : createInterface({ input: process.stdin });
  for await (const { query, status, canonicalId } of HOW[how](client, names)) {
    process.stdout.write(`${query}\t${status.replace("RESOLUTION_STATUS_", "")}\t${canonicalId}\n`);
  }
  client.close();
}

main().catch((error) => {
  console.error(error.code === undefined ? error.message : `${grpc.status[error.code]}: ${error.details}`);
  process.exit(1);
});
