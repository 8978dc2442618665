// Loaded into a server before its own code, so that the benchmark can ask for the CPU time that it has used.
import { answer } from './answer.mjs';

answer({ cpu: () => process.cpuUsage() });
// It must not keep a server alive that has stopped.
process.channel.unref();
