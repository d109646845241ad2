// What Jest takes for Kubernetes' official client: the real one, which kubernetes-client-environment.js has loaded.
module.exports = globalThis.kubernetesClient;
