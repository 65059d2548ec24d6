import Foundation
import GPT2Kit
import GPT2TrainingCore
import GPT2Transformer

// As GPT2Kit's: what they say is what Foundation shows.
extension TrainingError: SelfDescribingError {}
extension ConfigurationError: SelfDescribingError {}
extension StartingModelError: SelfDescribingError {}
extension TrainingPlanError: SelfDescribingError {}
extension TrainingSessionError: SelfDescribingError {}
