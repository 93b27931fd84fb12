//! The service from outside: a real server on a port of its own, asked over TCP.
#![allow(clippy::unwrap_used)]

#[path = "grpc/support.rs"]
mod support;

#[path = "grpc/admin.rs"]
mod admin;
#[path = "grpc/admission.rs"]
mod admission;
#[path = "grpc/answers.rs"]
mod answers;
#[path = "grpc/auth.rs"]
mod auth;
#[path = "grpc/broken_text.rs"]
mod broken_text;
#[path = "grpc/client.rs"]
mod client;
#[path = "grpc/content_type.rs"]
mod content_type;
#[path = "grpc/drain.rs"]
mod drain;
#[path = "grpc/explanations.rs"]
mod explanations;
#[path = "grpc/failures.rs"]
mod failures;
#[path = "grpc/faulty_server.rs"]
mod faulty_server;
#[path = "grpc/health_and_reflection.rs"]
mod health_and_reflection;
#[path = "grpc/hints.rs"]
mod hints;
#[path = "grpc/streams.rs"]
mod streams;
#[path = "grpc/telemetry.rs"]
mod telemetry;
#[path = "grpc/tls.rs"]
mod tls;
#[path = "grpc/transport.rs"]
mod transport;
