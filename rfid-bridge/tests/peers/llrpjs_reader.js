// A reader built on llrpjs: llrpjs_reader.js TAGS TAGS_PER_REPORT INTERVAL_MS
// It speaks whatever the library makes of our requests; its encoder and decoder are not ours.
const { LLRPServer, LLRPCore } = require('llrpjs');
const { LLRPProxyMessage } = require('llrpjs/dist/src/proxy/message');

const [tags, perReport, intervalMs] = process.argv.slice(2).map(Number);
const server = new LLRPServer({ host: '127.0.0.1', port: 0 });
const success = { LLRPStatus: { StatusCode: 'M_Success', ErrorDescription: '' } };
let timer = null;
let next = 0;

// The library handles one message per TCP segment; several may come in one.
server.onData = async function onData(data) {
  // It knows 1.0.1 only and throws at anything else; a reader of that age answers.
  if (((data[0] >> 2) & 7) !== 1) {
    const status = { LLRPStatus: { StatusCode: 'M_UnsupportedVersion', ErrorDescription: '' } };
    server.send(new LLRPCore.ERROR_MESSAGE({ id: data.readUInt32BE(6), data: status }));
    return;
  }
  this._scanner.addBuffer(data);
  for (let frame = this._scanner.getNext(); frame; frame = this._scanner.getNext()) {
    const message = new LLRPProxyMessage(frame).decode();
    this._ee.emit(message.getName(), message);
  }
};

const greeting = {
  UTCTimestamp: { Microseconds: new Date() },
  ConnectionAttemptEvent: { Status: 'Success' },
};
const answer = (name) => server.on(name, (request) => {
  const Response = LLRPCore[`${name}_RESPONSE`];
  server.send(new Response({ id: request.getMessageId(), data: success }));
});

const report = () => {
  const list = [];
  for (let i = 0; i < perReport; i += 1) {
    const epc = Buffer.from('30364522a400004000000000', 'hex');
    epc.writeUInt16BE(next % tags, 10);
    next += 1;
    list.push({
      EPC_96: { EPC: [...epc] },
      AntennaID: { AntennaID: 1 + (i % 4) },
      PeakRSSI: { PeakRSSI: -50 - (i % 20) },
      LastSeenTimestampUTC: { Microseconds: new Date() },
      TagSeenCount: { TagCount: 1 + i },
    });
  }
  server.send(new LLRPCore.RO_ACCESS_REPORT({ id: 90000 + next, data: { TagReportData: list } }));
};

server.on('error', (error) => console.error(error.message));
server.on('disconnect', () => clearInterval(timer));
server.on('connection', () => server.send(
  new LLRPCore.READER_EVENT_NOTIFICATION({ data: { ReaderEventNotificationData: greeting } }),
));
['GET_READER_CAPABILITIES', 'SET_READER_CONFIG', 'GET_ROSPECS', 'DELETE_ACCESSSPEC',
  'DELETE_ROSPEC', 'ADD_ROSPEC', 'ENABLE_ROSPEC'].forEach(answer);
server.on('ENABLE_ROSPEC', () => {
  clearInterval(timer);
  timer = setInterval(report, intervalMs);
});
server.on('CLOSE_CONNECTION', async (request) => {
  clearInterval(timer);
  const data = { id: request.getMessageId(), data: success };
  await server.send(new LLRPCore.CLOSE_CONNECTION_RESPONSE(data));
  await server.disconnect();
});

server._server.on('listening', () => console.log(`listening ${server._server.address().port}`));
server.listen();
