//! What stands beside the service: health, and reflection in both versions.

use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};
use yaqut::rpc::SERVICE_NAME;

use crate::support::Server;

#[tokio::test]
async fn the_server_and_its_service_are_healthy() {
    let server = Server::start().await;
    let mut health = HealthClient::new(server.channel().await);
    for service in ["", SERVICE_NAME] {
        let request = HealthCheckRequest { service: service.into() };
        let response = health.check(request).await.unwrap().into_inner();
        assert_eq!(response.status(), ServingStatus::Serving, "{service:?}");
    }
    let request = HealthCheckRequest { service: "another.Service".into() };
    assert_eq!(health.check(request).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn those_who_watch_learn_of_the_stop_and_do_not_hold_it_up() {
    let mut server = Server::start().await;
    let request = HealthCheckRequest { service: SERVICE_NAME.into() };
    let mut states = HealthClient::new(server.channel().await).watch(request).await.unwrap().into_inner();
    assert_eq!(states.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    server.begin_drain().await;
    assert_eq!(states.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert!(states.message().await.unwrap().is_none());
    server.stopped().await.unwrap();
}

/// Asks for the services, and for the file of ours, in one version of reflection.
macro_rules! reflect {
    ($version:ident, $server:expr) => {{
        use $version::server_reflection_client::ServerReflectionClient;
        use $version::server_reflection_request::MessageRequest;
        use $version::server_reflection_response::MessageResponse;

        let ask = |message| $version::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(message),
        };
        let requests = tokio_stream::iter([
            ask(MessageRequest::ListServices(String::new())),
            ask(MessageRequest::FileContainingSymbol(SERVICE_NAME.into())),
        ]);
        let mut client = ServerReflectionClient::new($server.channel().await);
        let mut answers = client.server_reflection_info(requests).await.unwrap().into_inner();
        let list = answers.message().await.unwrap().unwrap().message_response;
        let Some(MessageResponse::ListServicesResponse(list)) = list else { panic!("{list:?}") };
        let file = answers.message().await.unwrap().unwrap().message_response;
        assert!(matches!(file, Some(MessageResponse::FileDescriptorResponse(_))), "{file:?}");
        list.service.into_iter().map(|service| service.name).collect::<Vec<_>>()
    }};
}

#[tokio::test]
async fn both_versions_of_reflection_know_the_services() {
    let server = Server::start().await;
    for services in [reflect!(v1, server), reflect!(v1alpha, server)] {
        for expected in [SERVICE_NAME, "grpc.health.v1.Health"] {
            assert!(services.iter().any(|service| service == expected), "{expected} in {services:?}");
        }
    }
}
