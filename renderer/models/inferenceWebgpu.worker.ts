import * as ort from 'onnxruntime-web/webgpu'
import { serveInference } from './serveInference.ts'

// A worker and a build of the runtime of its own: a graphics driver that hangs takes nothing else with it. See inference.worker.ts.
if (!self.name.startsWith('em-pthread')) serveInference(ort, 'webgpu')
