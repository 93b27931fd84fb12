// Calls that bear with a server that is busy, or that goes away.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import grpc from "@grpc/grpc-js";
import protobuf from "protobufjs";

const DEADLINE_MS = 5_000;
// Requests of a stream that are under way at once: enough to keep a server busy, and all that is ever sent twice.
const STREAM_WINDOW = 8;
// How often in a row a stream may fail without an answer in between.
const STREAM_ATTEMPTS = 5;

/**
 * The answer of a unary method, within `timeout` milliseconds over all attempts.
 *
 * The channel retries UNAVAILABLE. RESOURCE_EXHAUSTED is retried here, when the server asks for it.
 */
export async function call(client, method, request, timeout = DEADLINE_MS) {
  const deadline = Date.now() + timeout;
  const metadata = identified(); // One for all attempts: the log of each server has it.
  for (;;) {
    try {
      return await new Promise((answer, fail) => {
        client[method](request, metadata, { deadline }, (error, response) => (error ? fail(error) : answer(response)));
      });
    } catch (error) {
      const pause = retryDelay(error);
      if (pause === null || Date.now() + pause >= deadline) throw error;
      await sleep(pause);
    }
  }
}

/**
 * The answers of a bidirectional method that gives one for each request, in order.
 *
 * A stream is tied to one server, and no policy can retry it once it has begun: when that server goes away, what was not
 * answered is sent again, to another.
 */
export async function* stream(client, method, requests) {
  const source = iterator(requests);
  const unanswered = [];
  let ended = false;
  let fruitless = 0;
  for (;;) {
    const run = client[method](identified());
    try {
      for (const request of unanswered) run.write(request);
      const answers = run[Symbol.asyncIterator]();
      for (;;) {
        while (!ended && unanswered.length < STREAM_WINDOW) {
          const { value, done } = await source.next();
          ended = done;
          if (!done) {
            unanswered.push(value);
            run.write(value);
          }
        }
        if (unanswered.length === 0) return;
        const { value: answer, done } = await answers.next();
        if (done) throw Object.assign(new Error("the stream ended early"), { code: grpc.status.UNAVAILABLE });
        unanswered.shift();
        fruitless = 0;
        yield answer;
      }
    } catch (error) {
      fruitless += 1;
      const pause = retryDelay(error);
      if (fruitless >= STREAM_ATTEMPTS || (pause === null && error.code !== grpc.status.UNAVAILABLE)) throw error;
      await sleep(pause ?? fruitless * spread(50, 200));
    } finally {
      run.on("error", () => {}); // Told above, or of no more interest.
      run.end();
    }
  }
}

/** Milliseconds after which the server wants the call again; null if it does not. Spread, lest all come back at once. */
export function retryDelay(error) {
  if (error.code !== grpc.status.RESOURCE_EXHAUSTED) return null;
  const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
  const hint = packed && Status.decode(packed).details.find(({ typeUrl }) => typeUrl.endsWith("/google.rpc.RetryInfo"));
  if (!hint) return null;
  const { seconds, nanos } = RetryInfo.decode(hint.value).retryDelay;
  return (Number(seconds) * 1000 + nanos / 1e6) * spread(1, 1.5);
}

function identified() {
  const metadata = new grpc.Metadata();
  metadata.set("x-request-id", randomUUID());
  return metadata;
}

function spread(least, most) {
  return least + Math.random() * (most - least);
}

function iterator(items) {
  return items[Symbol.asyncIterator]?.() ?? items[Symbol.iterator]();
}

// google/rpc/status.proto and error_details.proto, as far as they are read here.
const { root } = protobuf.parse(`
  syntax = "proto3";
  package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
`);
const Status = root.lookupType("google.rpc.Status");
const RetryInfo = root.lookupType("google.rpc.RetryInfo");
