import * as ort from 'onnxruntime-web/wasm'
import { serveInference } from './serveInference.ts'

// onnxruntime starts its threads from this very file, under this name: a handler set there would take the thread's own
// messages, and making a session would hang for ever (onnxruntime-web 1.30.0).
if (!self.name.startsWith('em-pthread')) serveInference(ort, 'wasm')
