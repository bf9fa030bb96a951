// Passkeys: what the server asks goes to whatever keeps the keys, and its answer into the form. Without it the forms stay hidden.
"use strict";

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = (list) => (list || []).map((one) => ({ ...one, id: bytesOf(one.id) }));

// The answer as JSON: every buffer in it as text.
function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function created(form) {
  const options = JSON.parse(form.dataset.options).publicKey;
  const isAlone = form.elements.passwordless.checked;
  options.challenge = bytesOf(options.challenge);
  options.user.id = bytesOf(options.user.id);
  options.excludeCredentials = described(options.excludeCredentials);
  options.authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: isAlone ? "required" : "discouraged",
    requireResidentKey: isAlone,
    userVerification: isAlone ? "required" : "preferred",
  };
  return navigator.credentials.create({ publicKey: options });
}

async function given(form) {
  const asked = form.dataset.passkey === "ask" ? await fetched(form.action) : JSON.parse(form.dataset.options);
  const options = asked.publicKey;
  options.challenge = bytesOf(options.challenge);
  options.allowCredentials = described(options.allowCredentials);
  return navigator.credentials.get({ publicKey: options });
}

async function fetched(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  return (await response.json()).request_options;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.querySelector("button").addEventListener("click", async () => {
    try {
      const credential = await (form.dataset.passkey === "create" ? created(form) : given(form));
      form.elements.credential.value = JSON.stringify(told(credential));
      form.submit();
    } catch {
      form.querySelector("[role=alert]").hidden = false;
    }
  });
}
