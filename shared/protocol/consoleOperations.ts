/** Made of the server's OpenAPI document by `npm run -s api-client`: change the schemas and run it, never this file. */
export interface ConsoleOperations {
  'GET /dataset-versions': {
    scope: 'read'
    path: null
    query: { cursor?: string; limit?: number }
    body: null
    answer: {
      items: {
        id: string
        name: string
        description: string
        contentHash: string
        recordings: number
        participants: number
        present: number
        absent: number
        simulated: boolean
        frozenAt: string
        frozenBy: string
        withdrawnAt: string | null
        successorId: string | null
      }[]
      nextCursor: string | null
    }
  }
  'GET /exports': {
    scope: 'read'
    path: null
    query: { cursor?: string; limit?: number }
    body: null
    answer: {
      items: {
        id: string
        datasetVersionId: string
        datasetName: string
        layout:
          | 'audiofolder'
          | 'parquet'
          | 'parquet-files'
          | 'webdataset'
          | 'bids'
          | 'spira-csv'
          | 'redcap-csv'
          | 'plain'
          | 'json-lines'
          | 'features'
          | 'features-parquet'
        status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'withdrawn'
        progress: number
        fileName: string
        byteLength: number | null
        sha256: string | null
        failure: string | null
        createdBy: string
        createdAt: string
        endedAt: string | null
      }[]
      nextCursor: string | null
    }
  }
  'GET /exports/{id}': {
    scope: 'read'
    path: { id: string }
    query: null
    body: null
    answer: {
      id: string
      datasetVersionId: string
      datasetName: string
      layout:
        | 'audiofolder'
        | 'parquet'
        | 'parquet-files'
        | 'webdataset'
        | 'bids'
        | 'spira-csv'
        | 'redcap-csv'
        | 'plain'
        | 'json-lines'
        | 'features'
        | 'features-parquet'
      status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'withdrawn'
      progress: number
      fileName: string
      byteLength: number | null
      sha256: string | null
      failure: string | null
      createdBy: string
      createdAt: string
      endedAt: string | null
    }
  }
  'GET /exports/{id}/checksum': {
    scope: 'export'
    path: { id: string }
    query: null
    body: null
    answer: null
  }
  'GET /exports/{id}/croissant': {
    scope: 'export'
    path: { id: string }
    query: null
    body: null
    answer: null
  }
  'GET /exports/{id}/file': {
    scope: 'export'
    path: { id: string }
    query: null
    body: null
    answer: null
  }
  'GET /model-versions': {
    scope: 'read'
    path: null
    query: null
    body: null
    answer: {
      modelId: string
      version: number
      status: 'candidate' | 'challenger' | 'champion' | 'retired'
      network: string
      sha256: string
      runId: string
      datasetVersionId: string
      artefacts: ('report' | 'evaluation' | 'record')[]
      threshold: number
      metrics: Record<string, { value: number; low: number; high: number }>
      simulated: boolean
      criteria: {
        name:
          | 'better-than-chance'
          | 'room-alone-says-nothing'
          | 'room-under-one-voice-says-nothing'
          | 'not-worse-on-holdout'
          | 'not-worse-on-newest'
          | 'labels-turned'
          | 'site-floor'
          | 'calibration'
          | 'probe'
          | 'edge-size'
          | 'edge-latency'
          | 'golden-vectors'
        subject: string | null
        passed: boolean
        figure: { value: number; low: number; high: number } | null
        bound: number | null
        missedBy: number | null
        note: string | null
        outcome?: 'passed' | 'failed' | 'inconclusive' | 'not-run'
        allowedBecause?: { 'pt-BR': string; en: string; es: string }
      }[]
      gatePlan: { version: number; hash: string; championVersion: number | null; underWayVersion: number | null } | null
      gateStanding: 'in-force' | 'undecided' | 'other-plan' | 'other-champion' | 'other-release' | null
      createdAt: string
      approvals: { approvedBy: string; reason: string; approvedAt: string }[]
      approvalsNeeded: number
      release: { sequence: number; releasedAt: string; approvedBy: string; reason: string } | null
    }[]
  }
  'GET /overview': {
    scope: 'read'
    path: null
    query: null
    body: null
    answer: {
      participants: number
      encounters: number
      recordings: number
      labelled: number
      devices: number
      champion: { modelId: string; version: number } | null
    }
  }
  'GET /recordings': {
    scope: 'read'
    path: null
    query: {
      search?: string
      site?: string[]
      device?: string[]
      task?: (
        | 'ambient-noise'
        | 'sustained-vowel'
        | 'read-sentence'
        | 'nursery-rhyme'
        | 'spoken-consent'
        | 'free-speech'
      )[]
      label?: ('present' | 'absent' | 'unknown' | 'none')[]
      cause?: string[]
      quality?: ('good' | 'fair' | 'unusable')[]
      decision?: ('positive' | 'negative' | 'uncertain' | 'none')[]
      curation?: ('open' | 'approved' | 'rejected' | 'disputed')[]
      sex?: ('female' | 'male' | 'other' | 'unknown' | 'none')[]
      ageFrom?: number
      ageTo?: number
      spo2From?: number
      spo2To?: number
      snrFrom?: number
      snrTo?: number
      scoreFrom?: number
      scoreTo?: number
      disagreementFrom?: number
      disagreementTo?: number
      dayFrom?: string
      dayTo?: string
      sort?: 'newest' | 'oldest' | 'score-high' | 'score-low' | 'disagreement' | 'snr-low'
      cursor?: string
      limit?: number
    }
    body: null
    answer:
      | {
          items: {
            id: string
            encounterId: string
            participantCode: string
            sex: string | null
            ageYears: number | null
            siteName: string
            deviceName: string
            simulated: boolean
            task:
              | 'ambient-noise'
              | 'sustained-vowel'
              | 'read-sentence'
              | 'nursery-rhyme'
              | 'spoken-consent'
              | 'free-speech'
            startedAt: string
            durationMs: number
            filed: boolean
            quality: 'good' | 'fair' | 'unusable'
            snrDb: number | null
            spo2: number | null
            label: 'present' | 'absent' | 'unknown' | null
            cause: string | null
            score: {
              probability: number
              decision: 'positive' | 'negative' | 'uncertain'
              modelVersion: number
              threshold: number
            } | null
            disagreement: number | null
            curation: 'open' | 'approved' | 'rejected' | 'disputed'
            annotators: number
          }[]
          nextCursor: string | null
          total: number
        }
      | {
          items: {
            id: string
            encounterId: string
            participantCode: string
            sex: string | null
            ageYears: number | null
            siteName: string
            deviceName: string
            simulated: boolean
            task:
              | 'ambient-noise'
              | 'sustained-vowel'
              | 'read-sentence'
              | 'nursery-rhyme'
              | 'spoken-consent'
              | 'free-speech'
            startedAt: string
            durationMs: number
            filed: boolean
            quality: 'good' | 'fair' | 'unusable'
            snrDb: number | null
          }[]
          nextCursor: string | null
          total: number
        }
  }
  'GET /recordings/{id}': {
    scope: 'read'
    path: { id: string }
    query: null
    body: null
    answer:
      | {
          id: string
          encounterId: string
          participantCode: string
          sex: string | null
          ageYears: number | null
          siteName: string
          deviceName: string
          simulated: boolean
          task:
            | 'ambient-noise'
            | 'sustained-vowel'
            | 'read-sentence'
            | 'nursery-rhyme'
            | 'spoken-consent'
            | 'free-speech'
          startedAt: string
          durationMs: number
          filed: boolean
          quality: 'good' | 'fair' | 'unusable'
          snrDb: number | null
          spo2: number | null
          label: 'present' | 'absent' | 'unknown' | null
          cause: string | null
          score: {
            probability: number
            decision: 'positive' | 'negative' | 'uncertain'
            modelVersion: number
            threshold: number
          } | null
          disagreement: number | null
          curation: 'open' | 'approved' | 'rejected' | 'disputed'
          annotators: number
          sha256: string
          filedAt: string | null
          qualityReport: {
            durationMs: number
            peakDbfs: number | null
            rmsDbfs: number | null
            clippedShare: number
            activeMs: number
            speechMs?: number
            snrDb: number | null
            snrFrom?: 'ambient-take' | 'pauses'
            droppedMs: number
            droppedBlocks?: number
            steadyToneShare?: number
            secondVoiceShare?: number
            humDbfs?: number | null
            highBandDb?: number | null
            findings: {
              code:
                | 'too-short'
                | 'too-long'
                | 'silent'
                | 'too-far'
                | 'too-quiet'
                | 'noisy'
                | 'clipped'
                | 'little-speech'
                | 'voices-in-room'
                | 'second-voice'
                | 'music'
                | 'hum'
                | 'narrow-band'
                | 'dropped-samples'
                | 'processed-by-browser'
                | 'interrupted'
              severity: 'warning' | 'refusal'
              leastMs?: number
            }[]
            verdict: 'good' | 'fair' | 'unusable'
            keptBecause?: 'patient-cannot-repeat' | 'patient-left' | 'room-stays-so' | 'needed-for-research'
          }
          labels: {
            id: string
            value: 'present' | 'absent' | 'unknown'
            cause?: string
            establishedBy?: 'spo2' | 'blood-gas' | 'clinical' | 'imaging' | 'simulated'
            establishedOn?: string
            givenBy: string
            givenAt: string
          }[]
          assessments: {
            id: string
            model: { id: string; version: number; sha256: string }
            featureSpecHash: string
            runtime: { provider: 'wasm' | 'webgpu' | 'node'; threads: number }
            threshold: number
            uncertain?: { from: number; to: number }
            windowSeconds?: number
            probability: number
            interval?: { low: number; high: number }
            familiarity?: { distance: number; limit: number }
            windows: { startMs: number; probability: number }[]
            decision: 'positive' | 'negative' | 'uncertain'
            qualityVerdict: 'good' | 'fair'
            intendedUse: 'not-a-diagnosis' | 'simulated-not-for-clinical-use'
            madeAt: string
          }[]
          encounterCount: number
          encounters: {
            id: string
            startedAt: string
            vitals: {
              spo2Percent?: number
              heartRatePerMin?: number
              respiratoryRatePerMin?: number
              measuredAt: string
            }
            label: 'present' | 'absent' | 'unknown' | null
            recordings: {
              id: string
              task:
                | 'ambient-noise'
                | 'sustained-vowel'
                | 'read-sentence'
                | 'nursery-rhyme'
                | 'spoken-consent'
                | 'free-speech'
              quality: string
              probability: number | null
            }[]
          }[]
        }
      | {
          id: string
          encounterId: string
          participantCode: string
          sex: string | null
          ageYears: number | null
          siteName: string
          deviceName: string
          simulated: boolean
          task:
            | 'ambient-noise'
            | 'sustained-vowel'
            | 'read-sentence'
            | 'nursery-rhyme'
            | 'spoken-consent'
            | 'free-speech'
          startedAt: string
          durationMs: number
          filed: boolean
          quality: 'good' | 'fair' | 'unusable'
          snrDb: number | null
          sha256: string
          filedAt: string | null
          qualityReport: {
            durationMs: number
            peakDbfs: number | null
            rmsDbfs: number | null
            clippedShare: number
            activeMs: number
            speechMs?: number
            snrDb: number | null
            snrFrom?: 'ambient-take' | 'pauses'
            droppedMs: number
            droppedBlocks?: number
            steadyToneShare?: number
            secondVoiceShare?: number
            humDbfs?: number | null
            highBandDb?: number | null
            findings: {
              code:
                | 'too-short'
                | 'too-long'
                | 'silent'
                | 'too-far'
                | 'too-quiet'
                | 'noisy'
                | 'clipped'
                | 'little-speech'
                | 'voices-in-room'
                | 'second-voice'
                | 'music'
                | 'hum'
                | 'narrow-band'
                | 'dropped-samples'
                | 'processed-by-browser'
                | 'interrupted'
              severity: 'warning' | 'refusal'
              leastMs?: number
            }[]
            verdict: 'good' | 'fair' | 'unusable'
            keptBecause?: 'patient-cannot-repeat' | 'patient-left' | 'room-stays-so' | 'needed-for-research'
          }
        }
  }
  'GET /recordings/{id}/audio': {
    scope: 'export'
    path: { id: string }
    query: null
    body: null
    answer: null
  }
  'GET /recordings/facets': {
    scope: 'read'
    path: null
    query: {
      search?: string
      site?: string[]
      device?: string[]
      task?: (
        | 'ambient-noise'
        | 'sustained-vowel'
        | 'read-sentence'
        | 'nursery-rhyme'
        | 'spoken-consent'
        | 'free-speech'
      )[]
      label?: ('present' | 'absent' | 'unknown' | 'none')[]
      cause?: string[]
      quality?: ('good' | 'fair' | 'unusable')[]
      decision?: ('positive' | 'negative' | 'uncertain' | 'none')[]
      curation?: ('open' | 'approved' | 'rejected' | 'disputed')[]
      sex?: ('female' | 'male' | 'other' | 'unknown' | 'none')[]
      ageFrom?: number
      ageTo?: number
      spo2From?: number
      spo2To?: number
      snrFrom?: number
      snrTo?: number
      scoreFrom?: number
      scoreTo?: number
      disagreementFrom?: number
      disagreementTo?: number
      dayFrom?: string
      dayTo?: string
    }
    body: null
    answer: {
      total: number
      facets: Record<string, { value: string; name: string | null; count: number }[]>
      more: Record<string, number>
      histograms: Record<string, { counts: number[]; missing: number }>
    }
  }
  'GET /recordings/facets/{facet}': {
    scope: 'read'
    path: { facet: 'site' | 'task' | 'label' | 'cause' | 'quality' | 'decision' | 'curation' | 'sex' | 'device' }
    query: {
      search?: string
      site?: string[]
      device?: string[]
      task?: (
        | 'ambient-noise'
        | 'sustained-vowel'
        | 'read-sentence'
        | 'nursery-rhyme'
        | 'spoken-consent'
        | 'free-speech'
      )[]
      label?: ('present' | 'absent' | 'unknown' | 'none')[]
      cause?: string[]
      quality?: ('good' | 'fair' | 'unusable')[]
      decision?: ('positive' | 'negative' | 'uncertain' | 'none')[]
      curation?: ('open' | 'approved' | 'rejected' | 'disputed')[]
      sex?: ('female' | 'male' | 'other' | 'unknown' | 'none')[]
      ageFrom?: number
      ageTo?: number
      spo2From?: number
      spo2To?: number
      snrFrom?: number
      snrTo?: number
      scoreFrom?: number
      scoreTo?: number
      disagreementFrom?: number
      disagreementTo?: number
      dayFrom?: string
      dayTo?: string
      containing?: string
    }
    body: null
    answer: { values: { value: string; name: string | null; count: number }[]; more: number }
  }
  'GET /recordings/places': {
    scope: 'read'
    path: null
    query: {
      search?: string
      site?: string[]
      device?: string[]
      task?: (
        | 'ambient-noise'
        | 'sustained-vowel'
        | 'read-sentence'
        | 'nursery-rhyme'
        | 'spoken-consent'
        | 'free-speech'
      )[]
      label?: ('present' | 'absent' | 'unknown' | 'none')[]
      cause?: string[]
      quality?: ('good' | 'fair' | 'unusable')[]
      decision?: ('positive' | 'negative' | 'uncertain' | 'none')[]
      curation?: ('open' | 'approved' | 'rejected' | 'disputed')[]
      sex?: ('female' | 'male' | 'other' | 'unknown' | 'none')[]
      ageFrom?: number
      ageTo?: number
      spo2From?: number
      spo2To?: number
      snrFrom?: number
      snrTo?: number
      scoreFrom?: number
      scoreTo?: number
      disagreementFrom?: number
      disagreementTo?: number
      dayFrom?: string
      dayTo?: string
      sort?: 'newest' | 'oldest' | 'score-high' | 'score-low' | 'disagreement' | 'snr-low'
    }
    body: null
    answer: { total: number; cursors: string[] }
  }
  'GET /training-runs': {
    scope: 'read'
    path: null
    query: { cursor?: string; limit?: number }
    body: null
    answer: {
      items: {
        id: string
        datasetVersionId: string
        datasetName: string
        status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
        stage: 'queued' | 'freeze' | 'features' | 'folds' | 'train' | 'evaluate' | 'gate' | 'candidate' | 'done'
        progress: number
        seed: number
        network: string
        epochs: { epoch: number; trainLoss: number; validationLoss: number }[]
        models: number
        failure: string | null
        modelId: string | null
        startedBy: string
        createdAt: string
        endedAt: string | null
      }[]
      nextCursor: string | null
    }
  }
  'GET /training-runs/{id}': {
    scope: 'read'
    path: { id: string }
    query: null
    body: null
    answer: {
      id: string
      datasetVersionId: string
      datasetName: string
      status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
      stage: 'queued' | 'freeze' | 'features' | 'folds' | 'train' | 'evaluate' | 'gate' | 'candidate' | 'done'
      progress: number
      seed: number
      network: string
      epochs: { epoch: number; trainLoss: number; validationLoss: number }[]
      models: number
      failure: string | null
      modelId: string | null
      startedBy: string
      createdAt: string
      endedAt: string | null
    }
  }
  'GET /training-runs/{id}/artefacts/{kind}': {
    scope: 'read'
    path: { id: string; kind: 'report' | 'evaluation' | 'record' }
    query: null
    body: null
    answer: null
  }
  'POST /exports': {
    scope: 'export'
    path: null
    query: null
    body: {
      datasetVersionId: string
      layout:
        | 'audiofolder'
        | 'parquet'
        | 'parquet-files'
        | 'webdataset'
        | 'bids'
        | 'spira-csv'
        | 'redcap-csv'
        | 'plain'
        | 'json-lines'
        | 'features'
        | 'features-parquet'
      audio?: 'wav' | 'flac'
      clearedText?: 'label_cause'[]
    }
    answer: {
      id: string
      datasetVersionId: string
      datasetName: string
      layout:
        | 'audiofolder'
        | 'parquet'
        | 'parquet-files'
        | 'webdataset'
        | 'bids'
        | 'spira-csv'
        | 'redcap-csv'
        | 'plain'
        | 'json-lines'
        | 'features'
        | 'features-parquet'
      status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'withdrawn'
      progress: number
      fileName: string
      byteLength: number | null
      sha256: string | null
      failure: string | null
      createdBy: string
      createdAt: string
      endedAt: string | null
    }
  }
  'POST /exports/{id}/cancel': {
    scope: 'export'
    path: { id: string }
    query: null
    body: null
    answer: {
      id: string
      datasetVersionId: string
      datasetName: string
      layout:
        | 'audiofolder'
        | 'parquet'
        | 'parquet-files'
        | 'webdataset'
        | 'bids'
        | 'spira-csv'
        | 'redcap-csv'
        | 'plain'
        | 'json-lines'
        | 'features'
        | 'features-parquet'
      status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'withdrawn'
      progress: number
      fileName: string
      byteLength: number | null
      sha256: string | null
      failure: string | null
      createdBy: string
      createdAt: string
      endedAt: string | null
    }
  }
  'POST /exports/dry-run': {
    scope: 'export'
    path: null
    query: null
    body: {
      datasetVersionId: string
      layout:
        | 'audiofolder'
        | 'parquet'
        | 'parquet-files'
        | 'webdataset'
        | 'bids'
        | 'spira-csv'
        | 'redcap-csv'
        | 'plain'
        | 'json-lines'
        | 'features'
        | 'features-parquet'
      audio?: 'wav' | 'flac'
      clearedText?: 'label_cause'[]
    }
    answer: {
      recordings: number
      participants: number
      size: { of: 'wav' | 'flac' | 'mfcc'; bytes: number; measure: 'exact' | 'at-most' | 'about' }
      columns: string[]
      tableRows: number
      rows: Record<string, string | number | null>[]
      rules: string[]
      withheld: { neverExported: number; freeText: number }
      smallCells: { cell: string; participants: number }[]
      minimum: number
    }
  }
}
