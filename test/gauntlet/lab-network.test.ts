// The commands that make the lab, and the counters its kernels keep: as text, nothing is run.

import {
  blackholeCommand,
  forgetCommand,
  linkCommands,
  namespaceCommands,
  serverMtuCommand,
  type IpCommand,
} from '../../src/gauntlet/lab/network-plan';
import { countedBetween, parseSnmp, SENT_AGAIN, TOO_BIG, UNREACHABLE_RECEIVED } from '../../src/gauntlet/lab/snmp';

const PLAN = { prefix: '0badcafe', farMtu: 1300, mtuProbing: 0 } as const;
const all = (): readonly IpCommand[] => [
  ...namespaceCommands(PLAN.prefix),
  ...linkCommands(PLAN),
  serverMtuCommand(PLAN.prefix, 1300),
  blackholeCommand(PLAN.prefix, true),
  blackholeCommand(PLAN.prefix, false),
  forgetCommand(PLAN.prefix),
];
const said = (commands: readonly IpCommand[]): readonly string[] => commands.map(({ args }) => args.join(' '));

test('no command touches the host: each makes a namespace of the prefix, or works inside of one', () => {
  const outside = said(all()).filter(
    (line) =>
      !/^netns add gauntlet-0badcafe-(client|router|server)$/.test(line) &&
      !/^-n gauntlet-0badcafe-(client|router|server) /.test(line) &&
      !/^netns exec gauntlet-0badcafe-(client|router|server) tee \/proc\/sys\/net\/ipv4\/\w+$/.test(line) &&
      !/^link add \S+ netns gauntlet-0badcafe-\w+ .* peer name \S+ netns gauntlet-0badcafe-\w+ /.test(line),
  );
  expect(outside).toEqual([]);
});

test('only the router knows that the far link is narrow', () => {
  expect(said(linkCommands(PLAN)).filter((line) => line.startsWith('link add'))).toEqual([
    'link add to-router netns gauntlet-0badcafe-client mtu 1500 type veth peer name to-client netns gauntlet-0badcafe-router mtu 1500',
    'link add to-router netns gauntlet-0badcafe-server mtu 1500 type veth peer name to-server netns gauntlet-0badcafe-router mtu 1300',
  ]);
});

test('the cure lowers the MTU of the server, not of the client', () => {
  expect(said([serverMtuCommand(PLAN.prefix, 1300)])).toEqual([
    '-n gauntlet-0badcafe-server link set to-router mtu 1300',
  ]);
});

test('the black hole takes what the router itself would send, and only ICMP', () => {
  expect(said([blackholeCommand(PLAN.prefix, true), blackholeCommand(PLAN.prefix, false)])).toEqual([
    '-n gauntlet-0badcafe-router rule add iif lo ipproto icmp blackhole',
    '-n gauntlet-0badcafe-router rule del iif lo ipproto icmp blackhole',
  ]);
});

test('the client kernel is told whether to probe, whatever this machine does by default', () => {
  const probing = linkCommands({ ...PLAN, mtuProbing: 1 }).filter(({ args }) => /tcp_mtu_probing/.test(args.join(' ')));
  expect(probing.map(({ input }) => input)).toEqual(['1\n']);
});

const BEFORE = `Ip: Forwarding DefaultTTL InReceives FragFails
Ip: 1 64 36 2
Icmp: InMsgs InDestUnreachs
Icmp: 0 0
IcmpMsg: InType3
IcmpMsg: 0
Tcp: RtoAlgorithm MaxConn RetransSegs
Tcp: 1 -1 0
`;
const AFTER = BEFORE.replace('36 2', '80 22').replace('0 0', '1 1').replace('-1 0', '-1 5');

test('counters are read by the names above them, and told as differences', () => {
  const [before, after] = [parseSnmp(BEFORE), parseSnmp(AFTER)];
  expect(countedBetween(before, after, TOO_BIG)).toBe(20);
  expect(countedBetween(before, after, UNREACHABLE_RECEIVED)).toBe(1);
  expect(countedBetween(before, after, SENT_AGAIN)).toBe(5);
  expect(after.get('Tcp.MaxConn')).toBe(-1);
});

test('a counter that this kernel does not have counts nothing', () => {
  expect(countedBetween(parseSnmp(''), parseSnmp('Ip: A\nTcp: B\n'), TOO_BIG)).toBe(0);
});
