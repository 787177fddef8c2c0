// The lab's network as data: three namespaces, two links, and the commands of iproute2 that make them, in order. Pure.
// Used by network.ts, which runs them. Every command works inside a namespace of the lab's own; the host gets no link,
// address, route or setting.
//
//   client ---- MTU 1500 ---- router ---- MTU 1300 ---- server
//   192.0.2.2        192.0.2.1    198.51.100.1      198.51.100.2

export const LAB_ROLES = ['client', 'router', 'server'] as const;
export type LabRole = (typeof LAB_ROLES)[number];

/** Addresses that RFC 5737 keeps for documentation: nobody's network is hidden by them. */
export const CLIENT_ADDRESS = '192.0.2.2';
export const SERVER_ADDRESS = '198.51.100.2';
/** In a namespace of its own even the port of SMTP is free. */
export const SERVER_PORT = 25;

/** The client's link, and what the server believes of its own until somebody lowers it. */
export const NEAR_MTU = 1500;
/** IPv4 20 octets, TCP 20: what the announced MSS leaves out of the MTU (RFC 6691 section 2). */
export const HEADER_OCTETS = 40;

const CLIENT_SUBNET = '192.0.2.0/24';
const SERVER_SUBNET = '198.51.100.0/24';
const ROUTER_NEAR_ADDRESS = '192.0.2.1';
const ROUTER_FAR_ADDRESS = '198.51.100.1';

export interface NetworkPlan {
  /** Eight hexadecimal digits; makes the names of the namespaces. */
  readonly prefix: string;
  /** MTU of the link between router and server, as the router knows it. */
  readonly farMtu: number;
  /** The client kernel's `tcp_mtu_probing`: 0 never, 1 once a black hole is suspected, 2 always (RFC 4821). */
  readonly mtuProbing: MtuProbing;
}

export type MtuProbing = 0 | 1 | 2;

/** One call of `ip`: arguments, and what it reads from its standard input. */
export interface IpCommand {
  readonly args: readonly string[];
  readonly input?: string;
}

/** What a prefix looks like. Nothing else ever becomes the name of something that is removed. */
export const PREFIX_PATTERN = /^[0-9a-f]{8}$/;

export function namespaceOf(prefix: string, role: LabRole): string {
  return `gauntlet-${prefix}-${role}`;
}

/** Makes the namespaces; the first thing that fails where there is no privilege. */
export function namespaceCommands(prefix: string): readonly IpCommand[] {
  return LAB_ROLES.map((role) => ({ args: ['netns', 'add', namespaceOf(prefix, role)] }));
}

/** Joins the namespaces by two links that know their MTU, and lets the router forward. */
export function linkCommands({ prefix, farMtu, mtuProbing }: NetworkPlan): readonly IpCommand[] {
  const [client, router, server] = [
    namespaceOf(prefix, 'client'),
    namespaceOf(prefix, 'router'),
    namespaceOf(prefix, 'server'),
  ];
  return [
    ...[client, router, server].map((name) => inside(name, 'link set lo up')),
    // Both ends are born inside: not even for a moment is there a link of ours on the host.
    link(client, 'to-router', NEAR_MTU, router, 'to-client', NEAR_MTU),
    link(server, 'to-router', NEAR_MTU, router, 'to-server', farMtu),
    // No segmentation offload: what leaves the client are the segments that a wire would see.
    inside(client, 'link set to-router gso_max_segs 1'),
    inside(client, `address add ${CLIENT_ADDRESS}/24 dev to-router`),
    inside(router, `address add ${ROUTER_NEAR_ADDRESS}/24 dev to-client`),
    inside(router, `address add ${ROUTER_FAR_ADDRESS}/24 dev to-server`),
    inside(server, `address add ${SERVER_ADDRESS}/24 dev to-router`),
    inside(client, 'link set to-router up'),
    inside(router, 'link set to-client up'),
    inside(router, 'link set to-server up'),
    inside(server, 'link set to-router up'),
    // No default routes: a client that looks for a name server is told at once that there is none.
    inside(client, `route add ${SERVER_SUBNET} via ${ROUTER_NEAR_ADDRESS}`),
    inside(server, `route add ${CLIENT_SUBNET} via ${ROUTER_FAR_ADDRESS}`),
    setting(router, 'ip_forward', 1),
    setting(client, 'tcp_mtu_probing', mtuProbing),
  ];
}

/**
 * The server's idea of its own link. It announces an MSS of 40 octets less when a connection begins; one that is open
 * already keeps what it was told.
 */
export function serverMtuCommand(prefix: string, mtu: number): IpCommand {
  return inside(namespaceOf(prefix, 'server'), `link set to-router mtu ${mtu}`);
}

/**
 * Takes away, or lets through, the ICMP messages that the router itself would send: among them "fragmentation needed and DF
 * set" (RFC 1191 section 4). `iif lo` means: made here, not forwarded.
 */
export function blackholeCommand(prefix: string, closed: boolean): IpCommand {
  const verb = closed ? 'add' : 'del';
  return inside(namespaceOf(prefix, 'router'), `rule ${verb} iif lo ipproto icmp blackhole`);
}

/** Makes the client forget the path's MTU, which it keeps for ten minutes once an ICMP message has told it. */
export function forgetCommand(prefix: string): IpCommand {
  return inside(namespaceOf(prefix, 'client'), 'route flush cache');
}

function inside(namespace: string, words: string): IpCommand {
  return { args: ['-n', namespace, ...words.split(' ')] };
}

function link(one: string, name: string, mtu: number, other: string, peer: string, peerMtu: number): IpCommand {
  const words = `link add ${name} netns ${one} mtu ${mtu} type veth peer name ${peer} netns ${other} mtu ${peerMtu}`;
  return { args: words.split(' ') };
}

/** These settings belong to a network namespace; written from inside, they are the namespace's own. */
function setting(namespace: string, name: string, value: number): IpCommand {
  return {
    args: ['netns', 'exec', namespace, 'tee', `/proc/sys/net/ipv4/${name}`],
    input: `${value}\n`,
  };
}
