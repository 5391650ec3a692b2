# Prints f0 and its deviation (Hz), pulses, jitter, shimmer (shares) and HNR (dB) of a WAV file: praat --run voice.praat FILE.wav
form Voice
  sentence path
endform
sound = Read from file: path$
pitch = To Pitch (ac): 0, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 600
f0 = Get mean: 0, 0, "Hertz"
sd = Get standard deviation: 0, 0, "Hertz"
voiced = Count voiced frames
selectObject: sound, pitch
pulses = To PointProcess (cc)
points = Get number of points
jitter = Get jitter (local): 0, 0, 0.0001, 0.02, 1.3
selectObject: sound, pulses
shimmer = Get shimmer (local): 0, 0, 0.0001, 0.02, 1.3, 1.6
selectObject: sound, pitch, pulses
report$ = Voice report: 0, 0, 75, 600, 1.3, 1.6, 0.03, 0.45
hnr = extractNumber (report$, "Mean harmonics-to-noise ratio: ")
writeInfoLine: """f0MeanHz"": ", fixed$ (f0, 4), ", ""f0SdHz"": ", fixed$ (sd, 4), ", ""voicedFrames"": ", voiced, ", ""pulses"": ", points, ", ""jitterLocal"": ", fixed$ (jitter, 7), ", ""shimmerLocal"": ", fixed$ (shimmer, 6), ", ""hnrDb"": ", fixed$ (hnr, 3)
