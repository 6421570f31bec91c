// Preloaded before every peer: whatever a library would like to fetch, it gets a refusal and not a packet.
// Peers look up unknown keys on the network by themselves; in a test that would hide a wrong answer.
'use strict';

const net = require('node:net');
const dns = require('node:dns');
const dgram = require('node:dgram');

function refuse() {
  throw new Error('no network in this process');
}

net.Socket.prototype.connect = refuse;
dgram.createSocket = refuse;
for (const object of [dns, dns.promises]) {
  for (const name of Object.keys(object)) {
    if (/^(lookup|resolve|reverse)/.test(name)) object[name] = refuse;
  }
}
globalThis.fetch = async () => refuse();
