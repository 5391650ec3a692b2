"""Seals carriedFile.json by another implementation of the format (pyca/cryptography): python3 carriedFile.py > carriedFile.json"""
import base64, hashlib, json, struct
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

b64 = lambda b: base64.b64encode(b).decode()
b64u = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=").decode()
canonical = lambda v: json.dumps(v, sort_keys=True, separators=(",", ":")).encode()

def ec_jwk(key, private=False):
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": b64u(numbers.x.to_bytes(32, "big")), "y": b64u(numbers.y.to_bytes(32, "big"))}
    return {**jwk, "d": b64u(key.private_numbers().private_value.to_bytes(32, "big"))} if private else jwk

server = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"server").digest(), "big") >> 1, ec.SECP256R1())
ephemeral = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"ephemeral").digest(), "big") >> 1, ec.SECP256R1())
device = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"device").digest())
raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
point = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint

head = {
    "version": 1,
    "serverId": "0198d000-0000-7000-8000-000000000001",
    "deviceId": "0198d000-0000-7000-8000-000000000002",
    "keyId": hashlib.sha256(canonical(ec_jwk(server))).hexdigest(),
    "ephemeralKey": b64(ephemeral.public_key().public_bytes(*point)),
    "madeAt": "2026-11-25T08:00:00.000Z",
}
head["signature"] = b64(device.sign(b"spira-carried-file:" + canonical(head)))
head_bytes = canonical(head)
key = HKDF(hashes.SHA256(), 32, hashlib.sha256(head_bytes).digest(), b"spira carried file 1").derive(
    ephemeral.exchange(ec.ECDH(), server.public_key()))

event = {"id": "0198d000-0000-7000-8000-000000000003", "sequence": 7, "occurredAt": "2026-11-25T08:00:00.000Z", "type": "model.changed",
         "payload": {"modelId": "0198d000-0000-7000-8000-000000000004", "modelVersion": 3, "outcome": "activated"}}
piece = bytes(range(5))
records = [
    b"\x01" + json.dumps([event]).encode(),
    b"\x02" + json.dumps({"recordingId": "0198d000-0000-7000-8000-000000000005", "sha256": hashlib.sha256(piece).hexdigest(), "byteLength": 5}).encode(),
    b"\x03" + piece,
    b"\x04" + json.dumps({"events": 1, "audios": 1}).encode(),
]
file = b"SPIRACF1" + struct.pack("<I", len(head_bytes)) + head_bytes
for number, record in enumerate(records):
    nonce = number.to_bytes(11, "big") + bytes([number == len(records) - 1])
    frame = AESGCM(key).encrypt(nonce, record, None)
    file += struct.pack("<I", len(frame)) + frame
print(json.dumps({
    "serverId": head["serverId"],
    "serverPrivateKey": ec_jwk(server, private=True),
    "devicePublicKey": {"kty": "OKP", "crv": "Ed25519", "x": b64u(device.public_key().public_bytes(*raw))},
    "records": ["events", "audio", b64(piece), "end"],
    "file": b64(file),
}, indent=2))
