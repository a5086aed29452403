// Nothing may leave this machine: an SDK that phones home, or asks a metadata server for
// credentials, fails here instead of doing it. Nor does the environment of whoever runs the tests
// lend it a key or an address.
import net from 'node:net';

for (const name of Object.keys(process.env)) {
  if (/^(AWS|GOOGLE|GEMINI)_|_(API_KEY|TOKEN|BASE_URL)$/.test(name)) delete process.env[name];
}

const strays = [];
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connectToLoopback(...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host = options?.host ?? 'localhost';
  if (!['127.0.0.1', '::1', 'localhost'].includes(host)) {
    strays.push(host);
    throw new Error(`an attempt to reach ${host}`);
  }
  return connect.apply(this, args);
};

// Where somebody wanted to go, this one included those that were swallowed.
export const attempts = () => [...strays];

// A fetch for SDKs whose addresses are fixed: `hosts` maps the beginning of an address to what takes
// its place.
export const redirected = (hosts) => (resource, options) => {
  const from = Object.keys(hosts).find((start) => `${resource}`.startsWith(start));
  if (from === undefined) throw new Error(`an attempt to reach ${resource}`);
  return fetch(`${resource}`.replace(from, hosts[from]), options);
};
